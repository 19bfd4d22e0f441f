-- User profiles: some columns that every user has, and a document for what only some have.

CREATE TABLE users (
  id         bigint PRIMARY KEY,
  email      varchar(60) NOT NULL,
  name       text NOT NULL,
  verified   boolean NOT NULL DEFAULT false,
  profile    jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Sign up.
INSERT INTO users (id, email, name) VALUES (1, 'ann@example.com', 'Ann') RETURNING id, name, verified, profile;
INSERT INTO users (id, email, name, profile) VALUES
  (2, 'bob@example.com', 'Bob', '{"city": "Bonn", "tags": ["beta"]}'),
  (3, 'cyd@example.com', 'Cyd', '{"city": "Ulm", "tags": ["beta", "staff"]}');

-- An id is given once. A second time it is refused, and nothing is stored.
INSERT INTO users (id, email, name) VALUES (1, 'eve@example.com', 'Eve');

-- A column that must have a value is not left out, and an address has its limit.
INSERT INTO users (id, name) VALUES (4, 'Dan');
INSERT INTO users (id, email, name) VALUES (4, 'a-very-long-address-that-no-mailbox-has-ever-had@mail.example.com', 'Dan');

-- Read a profile.
SELECT name, email, verified FROM users WHERE id = 1;
SELECT name, profile ->> 'city' AS city FROM users WHERE id = 2;

-- Change some columns, or some members of the document.
UPDATE users SET verified = true WHERE id = 1 RETURNING id, verified;
UPDATE users SET profile = profile || '{"city": "Kiel", "nick": "annie"}' WHERE id = 1 RETURNING profile;
UPDATE users SET (email, name) = ('ann@example.org', 'Anna') WHERE id = 1 RETURNING email, name;

-- Show a default where there is nothing.
SELECT name, coalesce(profile ->> 'nick', lower(name)) AS nick FROM users ORDER BY id;

-- Questions that look at every user.
SELECT name FROM users WHERE profile @> '{"tags": ["beta"]}' ORDER BY name;
SELECT name FROM users WHERE profile -> 'tags' ? 'staff';
SELECT coalesce(profile ->> 'city', 'unknown') AS city, count(*) FROM users GROUP BY 1 ORDER BY 1;
SELECT count(*), bool_and(verified) AS all_verified, bool_or(verified) AS some_verified FROM users;

-- Several users at once, by a list of ids.
SELECT id, name FROM users WHERE id = ANY ('{3,1,99}') ORDER BY id;

-- Delete a user, and keep what was there for the log.
DELETE FROM users WHERE id = 3 RETURNING id, email;
