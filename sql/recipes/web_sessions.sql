-- Web sessions: a random id in a cookie, what the application wants to remember, and a moment of expiry.

CREATE TABLE sessions (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_name  text,
  data       jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);

-- Log in. In an application the id is left to the default, and comes back for the cookie:
--   INSERT INTO sessions (user_name, expires_at) VALUES ($1, $2) RETURNING id
-- Here it is given, so that the rest of the script can name it.
INSERT INTO sessions (id, user_name, expires_at) VALUES ('6f1c2a34-0000-4000-8000-000000000001', 'ann', '2999-01-01 00:00:00+00') RETURNING id;
INSERT INTO sessions (id, user_name, expires_at) VALUES ('6f1c2a34-0000-4000-8000-000000000002', 'bob', '2020-01-01 00:00:00+00') RETURNING id;

-- Each request: read the session if it is still good.
SELECT user_name, data FROM sessions WHERE id = '6f1c2a34-0000-4000-8000-000000000001' AND expires_at > now();
SELECT user_name, data FROM sessions WHERE id = '6f1c2a34-0000-4000-8000-000000000002' AND expires_at > now();

-- Remember something: || replaces the members it names and keeps the others.
UPDATE sessions SET data = data || '{"theme": "dark"}' WHERE id = '6f1c2a34-0000-4000-8000-000000000001' RETURNING data;
UPDATE sessions SET data = data || '{"theme": "light", "lang": "de"}' WHERE id = '6f1c2a34-0000-4000-8000-000000000001' RETURNING data;
SELECT data ->> 'lang' AS lang FROM sessions WHERE id = '6f1c2a34-0000-4000-8000-000000000001';

-- Prolong it with each request ("sliding" expiry), but never revive one that has expired.
UPDATE sessions SET expires_at = '2999-06-01 00:00:00+00' WHERE id = '6f1c2a34-0000-4000-8000-000000000001' AND expires_at > now();
UPDATE sessions SET expires_at = '2999-06-01 00:00:00+00' WHERE id = '6f1c2a34-0000-4000-8000-000000000002' AND expires_at > now();

-- A cookie that somebody made up is not an id, and is refused as such.
SELECT user_name FROM sessions WHERE id = 'not-an-id';

-- Log out. Exactly one row goes, however often the button is pressed.
DELETE FROM sessions WHERE id = '6f1c2a34-0000-4000-8000-000000000001' RETURNING user_name;
DELETE FROM sessions WHERE id = '6f1c2a34-0000-4000-8000-000000000001' RETURNING user_name;

-- Now and then: remove what has expired.
DELETE FROM sessions WHERE expires_at <= now();
SELECT count(*) FROM sessions;
