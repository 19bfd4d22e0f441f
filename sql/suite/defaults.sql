-- DEFAULT: constants, expressions, functions, and what DEFAULT means in INSERT and UPDATE.
-- Guards against a default that is computed once instead of per row, has the wrong type, or is used for an explicit NULL.

CREATE TABLE d (
  k int PRIMARY KEY DEFAULT 1 + 1,
  small smallint DEFAULT 3,
  big bigint DEFAULT -9223372036854775808,
  flag boolean DEFAULT false,
  ratio double precision DEFAULT 0.5,
  price numeric DEFAULT 1.50,
  label text DEFAULT 'a' || 'b',
  tag varchar(5) DEFAULT 'abc',
  raw bytea DEFAULT '\xdeadbeef',
  at timestamptz DEFAULT '2024-02-29 12:00:00+00',
  doc jsonb DEFAULT '{"b": 1, "a": []}',
  id uuid DEFAULT '00000000-0000-0000-0000-000000000001',
  nothing text DEFAULT NULL,
  computed text DEFAULT upper('x') || lower('Y') || length('abc')
);
INSERT INTO d DEFAULT VALUES;
SELECT * FROM d;
INSERT INTO d DEFAULT VALUES;
INSERT INTO d (k) VALUES (3), (DEFAULT);
INSERT INTO d (k, label, flag) VALUES (3, DEFAULT, DEFAULT), (4, NULL, NULL), (5, 'x', true) RETURNING k, label, flag;
INSERT INTO d VALUES (6);
INSERT INTO d VALUES (7, DEFAULT, DEFAULT, true) RETURNING small, big, flag, ratio;
INSERT INTO d (k) VALUES (8) RETURNING *;
UPDATE d SET label = DEFAULT, small = 9 WHERE k = 4 RETURNING k, label, small;
UPDATE d SET (label, tag) = (DEFAULT, 'z') WHERE k = 5 RETURNING k, label, tag;
UPDATE d SET nothing = DEFAULT, doc = DEFAULT WHERE k = 5 RETURNING nothing, doc;
INSERT INTO d (k, label) VALUES (8, 'conflict') ON CONFLICT (k) DO UPDATE SET label = DEFAULT, tag = EXCLUDED.tag RETURNING label, tag;
SELECT k, label, flag, tag FROM d ORDER BY k;
SELECT DEFAULT;
SELECT * FROM d WHERE label = DEFAULT;
INSERT INTO d (k, label) VALUES (9, DEFAULT || 'x');
INSERT INTO d (k, label) VALUES (9, (DEFAULT));

-- functions are called for each row
CREATE TABLE calls (k int PRIMARY KEY, id uuid DEFAULT gen_random_uuid(), at timestamptz NOT NULL DEFAULT now(), at2 timestamptz DEFAULT CURRENT_TIMESTAMP, at3 timestamptz DEFAULT clock_timestamp());
INSERT INTO calls (k) VALUES (1), (2), (3);
SELECT count(*), count(DISTINCT id), count(DISTINCT at), count(id), count(at3) FROM calls;
SELECT k, at = at2, at3 >= at, length(id::text), id IS NULL FROM calls ORDER BY k;
INSERT INTO calls VALUES (4, '00000000-0000-0000-0000-000000000004', '2020-01-01 00:00:00+00', NULL, NULL) RETURNING *;
INSERT INTO calls (k, at) VALUES (5, NULL);
INSERT INTO calls (k, at) VALUES (5, DEFAULT) RETURNING k, at = at2;
UPDATE calls SET at = DEFAULT WHERE k = 4 RETURNING at > '2024-01-01 00:00:00+00';
BEGIN;
INSERT INTO calls (k) VALUES (10);
INSERT INTO calls (k) VALUES (11);
SELECT count(DISTINCT at) FROM calls WHERE k >= 10;
COMMIT;

-- a default is cast as an assignment is
CREATE TABLE cast_default (k int PRIMARY KEY, a int DEFAULT 2.6, b text DEFAULT 5, c numeric DEFAULT 1, d varchar(3) DEFAULT 'abcd'::varchar(3), e double precision DEFAULT 1, f smallint DEFAULT '7', g text DEFAULT true);
INSERT INTO cast_default (k) VALUES (1) RETURNING *;
CREATE TABLE late_default (k int PRIMARY KEY, d varchar(3) DEFAULT 'abcd', z int DEFAULT 1 / 0);
INSERT INTO late_default (k, z) VALUES (1, 1);
INSERT INTO late_default (k, d) VALUES (1, 'abc');
INSERT INTO late_default VALUES (1, 'abc', 1) RETURNING *;

-- refused
CREATE TABLE bad (a int DEFAULT 'x');
CREATE TABLE bad (a int DEFAULT true);
CREATE TABLE bad (a boolean DEFAULT 1);
CREATE TABLE bad (a smallint DEFAULT 40000);
INSERT INTO bad DEFAULT VALUES;
CREATE TABLE bad2 (a timestamptz DEFAULT 'nonsense');
CREATE TABLE bad2 (a uuid DEFAULT 'nonsense');
CREATE TABLE bad2 (a jsonb DEFAULT '{');
CREATE TABLE bad2 (a int, b int DEFAULT a);
CREATE TABLE bad2 (a int, b int DEFAULT a + 1);
CREATE TABLE bad2 (a int DEFAULT count(*));
CREATE TABLE bad2 (a int DEFAULT nosuch());
CREATE TABLE bad2 (a int DEFAULT lower(1));
CREATE TABLE bad2 (a int DEFAULT);
CREATE TABLE bad2 (a int DEFAULT 1 2);
CREATE TABLE bad2 (a int DEFAULT $1);
CREATE TABLE bad2 (a int DEFAULT DEFAULT);
SELECT * FROM bad2;
