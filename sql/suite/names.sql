-- Names: folding, quoting, length, reserved words, and each way a name is not found or found twice.
-- Guards the SQLSTATE a client branches on: 42P01, 42703, 42702, 42883, 42704, 3F000.

CREATE TABLE t (k int PRIMARY KEY, v text, "Mixed" int, "with space" int, "quote""d" int, "select" int, "ünï" int);
INSERT INTO t VALUES (1, 'a', 2, 3, 4, 5, 6);

-- folding and quoting
SELECT K, V, T.K, "k", "t"."v" FROM T;
SELECT "K" FROM t;
SELECT k FROM "T";
SELECT Mixed FROM t;
SELECT "Mixed", "with space", "quote""d", "select", "ünï", ünï FROM t;
SELECT "ÜNÏ" FROM t;
SELECT k AS A, k AS "A", k AS "a b", k AS "quote""d" FROM t;
SELECT k AS "" FROM t;
SELECT "" FROM t;
SELECT k AS _x, k AS x$1, k AS "1x", k AS été FROM t;
SELECT k AS 1x FROM t;
CREATE TABLE UPPER_NAME (A int, "B" int);
SELECT a, "B" FROM upper_name;
SELECT "A" FROM upper_name;
SELECT b FROM upper_name;
SELECT * FROM "UPPER_NAME";
CREATE TABLE "UPPER_NAME" (a text);
SELECT * FROM "UPPER_NAME";
CREATE TABLE "" (a int);
CREATE TABLE "a.b" (a int);
SELECT * FROM "a.b";
SELECT * FROM a.b;
CREATE TABLE "日本" ("語" int);
SELECT "語" FROM 日本;

-- 63 bytes
CREATE TABLE a123456789b123456789c123456789d123456789e123456789f123456789g123 (k int);
CREATE TABLE a123456789b123456789c123456789d123456789e123456789f123456789g123456 (k int);
INSERT INTO a123456789b123456789c123456789d123456789e123456789f123456789g123whatever VALUES (7);
SELECT * FROM a123456789b123456789c123456789d123456789e123456789f123456789g123;
SELECT * FROM a123456789b123456789c123456789d123456789e123456789f123456789g12;
SELECT 1 AS a123456789b123456789c123456789d123456789e123456789f123456789g123456789;
SELECT 1 AS "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöü";
CREATE TABLE long_cols (a123456789b123456789c123456789d123456789e123456789f123456789g123x int, a123456789b123456789c123456789d123456789e123456789f123456789g123y int);

-- reserved words
CREATE TABLE user (a int);
CREATE TABLE order (a int);
CREATE TABLE table (a int);
CREATE TABLE x (select int);
CREATE TABLE x (user int);
CREATE TABLE x (a int, primary int);
CREATE TABLE keywords (key text, value text, name text, type text, data text, time_ int, level int, year int, index int, text text, "user" text, "order" int);
INSERT INTO keywords (key, value, name, type, data, level, year, index, text, "user", "order") VALUES ('k', 'v', 'n', 't', 'd', 1, 2, 3, 'x', 'u', 4) RETURNING key, value, name, type, data, level, year, index, text, "user", "order";
SELECT order FROM keywords;
SELECT from FROM keywords;
SELECT keywords.order FROM keywords;
SELECT k.key, k.value FROM keywords k;
SELECT 1 AS order, 2 AS from, 3 AS where, 4 AS user;
SELECT 1 order;
SELECT 1 value, 2 key, 3 name, 4 type;
SELECT 1 year;
SELECT key FROM keywords AS order;
SELECT key FROM keywords AS value;

-- relations
SELECT * FROM missing;
SELECT * FROM public.missing;
SELECT * FROM nosuch.t;
SELECT * FROM t_pkey;
INSERT INTO t_pkey VALUES (1);
DROP TABLE t_pkey;
SELECT missing.k FROM t;
SELECT t.k FROM t AS x;
SELECT x.k FROM t AS x;
SELECT x.k FROM t AS "X";
SELECT public.t.k FROM t;
SELECT public.t.k FROM public.t AS x;
SELECT nosuch.t.k FROM t;
SELECT * FROM t WHERE missing.k = 1;
SELECT * FROM t ORDER BY missing.k;
SELECT count(*) FROM t GROUP BY missing.k;
INSERT INTO missing SELECT * FROM also_missing;
UPDATE t SET v = missing.v;
DELETE FROM t WHERE missing.k = 1;
INSERT INTO t (k) VALUES (9) RETURNING missing.k;
SELECT k;
SELECT t.k;

-- columns
SELECT nosuch FROM t;
SELECT t.nosuch FROM t;
SELECT x.nosuch FROM t AS x;
SELECT public.t.nosuch FROM t;
SELECT k FROM t WHERE nosuch = 1;
SELECT k FROM t GROUP BY nosuch;
SELECT k FROM t ORDER BY nosuch;
SELECT count(nosuch) FROM t;
SELECT upper(nosuch) FROM t;
SELECT k + nosuch FROM t;
SELECT CASE WHEN nosuch THEN 1 END FROM t;
SELECT k FROM t LIMIT nosuch;
SELECT "k " FROM t;
SELECT k.v FROM t;
SELECT v.k FROM t;
INSERT INTO t (nosuch) VALUES (1);
INSERT INTO t (k, nosuch) SELECT 1, 2;
UPDATE t SET nosuch = 1;
UPDATE t SET v = nosuch;
DELETE FROM t WHERE nosuch;
INSERT INTO t (k) VALUES (1) ON CONFLICT (nosuch) DO NOTHING;
SELECT k AS alias FROM t WHERE alias = 1;
SELECT k AS alias FROM t HAVING alias = 1;
SELECT k AS alias FROM t ORDER BY alias;
SELECT k AS alias FROM t GROUP BY alias;
SELECT 1 AS a, a + 1;
SELECT v AS x, k AS x FROM t ORDER BY x;
SELECT v AS x, k AS x FROM t GROUP BY x;

-- functions, operators, types
SELECT nosuch(1);
SELECT nosuch();
SELECT public.lower('A');
SELECT pg_catalog.lower('A');
SELECT nosuch.lower('A');
SELECT LOWER('A'), "lower"('A');
SELECT "LOWER"('A');
SELECT lower(1, 2);
SELECT k(1) FROM t;
SELECT 1 <=> 2;
SELECT 1 @@@ 2;
SELECT 'a'::nosuch;
SELECT 1::"INT4";
SELECT 1::"int4", 1::"text";
CREATE TABLE x (a nosuch);
CREATE TABLE x (a "INT");
CREATE TABLE x (a int, PRIMARY KEY (nosuch));
CREATE TABLE x (a nosuch[]);
