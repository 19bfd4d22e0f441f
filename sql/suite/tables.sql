-- CREATE TABLE, DROP TABLE and TRUNCATE: what is accepted, what a key and NOT NULL promise, and each way to be refused.
-- Guards against a definition that is accepted and ignored, and against a failed one that leaves something behind.

-- keys: of a column, of the table, named, of several columns
CREATE TABLE col_key (k text PRIMARY KEY, v text);
CREATE TABLE table_key (k text, v text, PRIMARY KEY (k));
CREATE TABLE named_key (k text, v text, CONSTRAINT named_key_is PRIMARY KEY (k));
CREATE TABLE col_named_key (k int CONSTRAINT my_key PRIMARY KEY, v text);
CREATE TABLE two_cols (a int, b text, v text, PRIMARY KEY (a, b));
CREATE TABLE reversed_cols (a int, b text, v text, PRIMARY KEY (b, a));
CREATE TABLE three_cols (a int NOT NULL, b text NULL, c boolean NOT NULL, d uuid, CONSTRAINT three PRIMARY KEY (c, a, d));
CREATE TABLE only_key (k bigint PRIMARY KEY);
CREATE TABLE no_key (a int, b text);
CREATE TABLE no_columns ();
CREATE TABLE null_key (k int NULL PRIMARY KEY);
INSERT INTO null_key VALUES (NULL);
CREATE TABLE quoted ("Key" text PRIMARY KEY, "select" int, "a b" int);

-- each type as a column, each type that orders as a key
CREATE TABLE every_type (a boolean, b smallint, c integer, d bigint, e double precision, f numeric, g text, h varchar, i varchar(5), j bytea, k timestamptz, l uuid, m jsonb, n name, o oid);
SELECT * FROM every_type;
CREATE TABLE type_aliases (a bool, b int2, c int4, d int8, e float8, f decimal, g character varying, h character varying(3), i timestamp with time zone, j int, k float);
SELECT * FROM type_aliases;
CREATE TABLE key_bool (k boolean PRIMARY KEY);
CREATE TABLE key_small (k smallint PRIMARY KEY);
CREATE TABLE key_double (k double precision PRIMARY KEY);
CREATE TABLE key_numeric (k numeric PRIMARY KEY);
CREATE TABLE key_varchar (k varchar(4) PRIMARY KEY);
CREATE TABLE key_bytea (k bytea PRIMARY KEY);
CREATE TABLE key_time (k timestamptz PRIMARY KEY);
CREATE TABLE key_uuid (k uuid PRIMARY KEY);
--@count off
-- a document is no key in keywire: 0A000; a key out of it is a column of its own
CREATE TABLE key_jsonb (k jsonb PRIMARY KEY);
--@count on
CREATE TABLE key_name (k name PRIMARY KEY);
CREATE TABLE key_oid (k oid PRIMARY KEY);

-- a key compares as its type does
INSERT INTO key_bool VALUES (true), (false);
INSERT INTO key_bool VALUES ('t');
SELECT k FROM key_bool ORDER BY k;
INSERT INTO key_double VALUES (1.5), ('NaN'), ('-Infinity'), ('Infinity'), (0), (-2.5), (1e300);
INSERT INTO key_double VALUES ('-0');
INSERT INTO key_double VALUES ('nan');
SELECT k FROM key_double ORDER BY k;
INSERT INTO key_numeric VALUES (1.0), (10), (-3.25), (0), (100000000000000000000), (0.001);
INSERT INTO key_numeric VALUES (1.00);
SELECT k FROM key_numeric ORDER BY k;
SELECT k FROM key_numeric WHERE k = 1;
INSERT INTO key_varchar VALUES ('a'), (''), ('a '), ('ab'), ('B');
INSERT INTO key_varchar VALUES ('12345');
SELECT k FROM key_varchar ORDER BY k;
INSERT INTO key_bytea VALUES ('\x00'), ('\x'), ('\xff'), ('\x0000'), ('\x7f');
SELECT k FROM key_bytea ORDER BY k;
INSERT INTO key_time VALUES ('2024-01-01 00:00:00+00'), ('infinity'), ('-infinity'), ('1969-12-31 23:59:59.999999+00');
INSERT INTO key_time VALUES ('2024-01-01 02:00:00+02');
SELECT k FROM key_time ORDER BY k;
INSERT INTO key_uuid VALUES ('ffffffff-0000-0000-0000-000000000000'), ('00000000-0000-0000-0000-000000000001');
INSERT INTO key_uuid VALUES ('{FFFFFFFF-0000-0000-0000-000000000000}');
SELECT k FROM key_uuid ORDER BY k DESC;
INSERT INTO key_oid VALUES (4294967295), (0), (10);
SELECT k FROM key_oid ORDER BY k DESC;
INSERT INTO key_small VALUES (32767), (-32768), (0);
SELECT k FROM key_small ORDER BY k;

-- a key is unique and never null
INSERT INTO col_key VALUES ('a', '1');
INSERT INTO col_key VALUES ('a', '2');
INSERT INTO col_key VALUES (NULL, '2');
INSERT INTO col_key (v) VALUES ('2');
INSERT INTO col_key VALUES ('', 'the empty string is a key');
INSERT INTO two_cols VALUES (1, 'x', 'one'), (1, 'y', 'two'), (2, 'x', 'three');
INSERT INTO two_cols VALUES (1, 'y', 'again');
INSERT INTO two_cols VALUES (1, NULL, 'null in the second column');
INSERT INTO three_cols VALUES (1, NULL, NULL, NULL);
INSERT INTO three_cols VALUES (1, NULL, true, '00000000-0000-0000-0000-000000000001') RETURNING *;
INSERT INTO col_key VALUES ('b', '1'), ('c', '1'), ('b', '2');
SELECT * FROM col_key ORDER BY k;

-- without a key a row may repeat
INSERT INTO no_key VALUES (1, 'x'), (1, 'x'), (NULL, NULL), (NULL, NULL);
SELECT * FROM no_key ORDER BY a, b;
UPDATE no_key SET b = 'y' WHERE a = 1;
DELETE FROM no_key WHERE a IS NULL;
SELECT * FROM no_key;
SELECT * FROM no_columns;
INSERT INTO no_columns DEFAULT VALUES;
SELECT count(*) FROM no_columns;
SELECT * FROM no_columns;

-- NOT NULL
CREATE TABLE strict (k int PRIMARY KEY, a text NOT NULL, b int NULL, c int NOT NULL DEFAULT 7);
INSERT INTO strict VALUES (1, NULL, 1);
INSERT INTO strict (k) VALUES (1);
INSERT INTO strict VALUES (1, 'a', NULL, NULL);
INSERT INTO strict VALUES (1, 'a') RETURNING *;
UPDATE strict SET a = NULL;
UPDATE strict SET c = NULL WHERE k = 1;
UPDATE strict SET k = NULL WHERE k = 1;
UPDATE strict SET a = NULL WHERE k = 2;
INSERT INTO strict VALUES (2, 'b'), (3, NULL);
SELECT * FROM strict;

-- refused, and nothing is left behind
CREATE TABLE col_key (k text PRIMARY KEY);
CREATE TABLE IF NOT EXISTS col_key (other int PRIMARY KEY);
SELECT other FROM col_key;
CREATE TABLE bad (a int, a text);
CREATE TABLE bad (a int, "A" text, A int);
CREATE TABLE bad (a int PRIMARY KEY, b int PRIMARY KEY);
CREATE TABLE bad (a int PRIMARY KEY, b int, PRIMARY KEY (b));
CREATE TABLE bad (a int, PRIMARY KEY (a), PRIMARY KEY (a));
CREATE TABLE bad (a int, PRIMARY KEY (b));
CREATE TABLE bad (a int, PRIMARY KEY (a, a));
CREATE TABLE bad (a int, PRIMARY KEY ());
CREATE TABLE bad (a strng);
CREATE TABLE bad (a nosuchschema.int4);
CREATE TABLE bad (a int NULL NOT NULL);
CREATE TABLE bad (a int NOT NULL NULL);
CREATE TABLE bad (a int DEFAULT 1 DEFAULT 2);
CREATE TABLE bad (a varchar(0));
CREATE TABLE bad (a varchar(-1));
CREATE TABLE bad (a varchar(10485761));
CREATE TABLE bad (a int(4));
CREATE TABLE bad (a text(4));
CREATE TABLE bad (a);
CREATE TABLE bad (a int,);
CREATE TABLE bad (a int));
CREATE TABLE bad a int;
CREATE TABLE bad;
CREATE TABLE (a int);
CREATE TABLE bad (xmin int);
CREATE TABLE bad (ctid text);
SELECT * FROM bad;
CREATE TABLE IF NOT EXISTS bad (a int, PRIMARY KEY (b));
CREATE TABLE IF NOT EXISTS fresh (a int PRIMARY KEY);
INSERT INTO fresh VALUES (1);
CREATE TABLE IF NOT EXISTS fresh (a int PRIMARY KEY);
SELECT * FROM fresh;

-- the name of a key is a name like a table's
CREATE TABLE col_key_pkey (a int);
CREATE TABLE clash (k int, CONSTRAINT named_key PRIMARY KEY (k));
CREATE TABLE clash (k int, CONSTRAINT clash PRIMARY KEY (k));
DROP TABLE col_key_pkey;

-- TRUNCATE
TRUNCATE TABLE col_key;
SELECT count(*) FROM col_key;
INSERT INTO col_key VALUES ('a', 'a key is free again');
TRUNCATE two_cols, strict;
SELECT count(*) FROM two_cols;
SELECT count(*) FROM strict;
TRUNCATE col_key, missing;
SELECT count(*) FROM col_key;
TRUNCATE missing;
TRUNCATE;
TRUNCATE col_key, col_key;
TRUNCATE fresh RESTRICT;
TRUNCATE fresh CASCADE;

-- DROP TABLE
DROP TABLE missing;
DROP TABLE IF EXISTS missing;
DROP TABLE IF EXISTS missing, also_missing;
DROP TABLE fresh, missing;
SELECT * FROM fresh;
DROP TABLE IF EXISTS missing, fresh;
SELECT * FROM fresh;
DROP TABLE key_bool, key_small CASCADE;
DROP TABLE key_double RESTRICT;
DROP TABLE key_numeric, key_numeric;
SELECT * FROM key_numeric;
DROP TABLE;
DROP TABLE 'col_key';
DROP TABLE key_oid
;
CREATE TABLE key_oid (a text);
INSERT INTO key_oid VALUES ('a table by an old name is a new table') RETURNING *;
SELECT "Key", "select", "a b" FROM quoted;
SELECT key FROM quoted;
