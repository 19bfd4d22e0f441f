-- The README's walkthrough, typed into psql.
CREATE TABLE kvstore (key VARCHAR, value VARCHAR, PRIMARY KEY(key));
INSERT INTO kvstore VALUES ('user1.name', 'Ada'), ('user1.city', 'London'), ('user2.name', 'Grace');
SELECT value FROM kvstore WHERE key = 'user1.name';
SELECT * FROM kvstore ORDER BY key;
SELECT * FROM kvstore WHERE key LIKE 'user1.%' ORDER BY key;
INSERT INTO kvstore VALUES ('user1.name', 'Eve');
INSERT INTO kvstore VALUES ('user1.name', 'Ada L.') ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value RETURNING *;
UPDATE kvstore SET value = upper(value) WHERE key = 'user2.name' RETURNING key, value;
DELETE FROM kvstore WHERE key = 'user2.name';
SELECT count(*) FROM kvstore;

-- A transaction that is given up, and one that fails.
BEGIN;
DELETE FROM kvstore;
SELECT count(*) FROM kvstore;
ROLLBACK;
BEGIN;
SELECT 1/0;
SELECT 1;
COMMIT;
SELECT count(*) FROM kvstore;

-- How psql shows things: NULL, expanded rows, no rows, several results, numbers to the right.
\pset null '(null)'
INSERT INTO kvstore VALUES ('empty', NULL), ('umlaut', 'grün'), ('lines', E'one\ntwo');
SELECT key, value, length(value) FROM kvstore ORDER BY key;
\x on
SELECT * FROM kvstore ORDER BY key LIMIT 2;
\x off
SELECT * FROM kvstore WHERE false;
SELECT 1 AS one \; SELECT 2.50 AS two, true AS yes, now() IS NOT NULL AS now;
\pset format csv
SELECT * FROM kvstore ORDER BY key;
\pset format aligned

-- Variables, conditions, \gset, \gexec.
SELECT count(*) AS rows FROM kvstore \gset
\echo :rows
SELECT 'SELECT ' || length(key) AS statement FROM kvstore ORDER BY key \gexec
\if :{?rows}
\echo counted
\endif

-- Errors.
SELECT nothing;
SELECT * FROM nowhere;
SELEC 1;
INSERT INTO kvstore VALUES (NULL, 'x');
CREATE TABLE kvstore (k int);
DROP TABLE nowhere;
DROP TABLE IF EXISTS nowhere;
TRUNCATE kvstore;
SELECT * FROM kvstore;
DROP TABLE kvstore;
