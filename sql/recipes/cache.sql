-- A cache: values under a key, each with the moment after which it is stale.
--
-- One table, one key. Every statement below names the key, so each is a single operation on the store.

CREATE TABLE cache (
  key        text PRIMARY KEY,
  value      text NOT NULL,
  expires_at timestamptz NOT NULL DEFAULT 'infinity'
);

-- Set a value. The same statement stores it the first time and replaces it every other time.
INSERT INTO cache (key, value, expires_at) VALUES ('page:/home', '<h1>Home</h1>', '2999-01-01 00:00:00+00')
ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, expires_at = EXCLUDED.expires_at;

-- Without a moment it stays until it is replaced or deleted.
INSERT INTO cache (key, value) VALUES ('page:/about', '<h1>About</h1>')
ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, expires_at = EXCLUDED.expires_at;

-- This one is stale already.
INSERT INTO cache (key, value, expires_at) VALUES ('page:/news', '<h1>Old news</h1>', '2020-01-01 00:00:00+00');

-- Get a value if it is fresh. No row means: compute it, and set it.
SELECT value FROM cache WHERE key = 'page:/home' AND expires_at > now();
SELECT value FROM cache WHERE key = 'page:/news' AND expires_at > now();
SELECT value FROM cache WHERE key = 'page:/nothing' AND expires_at > now();

-- Set a value only if there is none ("add"). INSERT 0 1 says that it was stored, INSERT 0 0 that another was first.
INSERT INTO cache (key, value) VALUES ('page:/home', 'too late') ON CONFLICT DO NOTHING;
INSERT INTO cache (key, value) VALUES ('page:/jobs', 'in time') ON CONFLICT DO NOTHING;

-- Set a value only if there is no fresh one: a lease. It returns a row to the one client that got it.
INSERT INTO cache (key, value, expires_at) VALUES ('page:/news', 'computing', '2999-01-01 00:00:00+00')
ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, expires_at = EXCLUDED.expires_at
WHERE cache.expires_at <= now()
RETURNING key;
INSERT INTO cache (key, value, expires_at) VALUES ('page:/news', 'computing', '2999-01-01 00:00:00+00')
ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, expires_at = EXCLUDED.expires_at
WHERE cache.expires_at <= now()
RETURNING key;

-- Forget one value, or all below a prefix.
DELETE FROM cache WHERE key = 'page:/about';
DELETE FROM cache WHERE key LIKE 'page:/j%' RETURNING key;

-- Tidy up what is stale.
INSERT INTO cache VALUES ('page:/old', 'x', '2001-01-01 00:00:00+00');
DELETE FROM cache WHERE expires_at <= now() RETURNING key;

-- What is left.
SELECT key, value FROM cache ORDER BY key;

-- Empty the cache.
TRUNCATE cache;
SELECT count(*) FROM cache;
