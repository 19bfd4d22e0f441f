-- INSERT: rows, column lists, INSERT from a SELECT or VALUES, RETURNING, and each refusal.
-- Guards against values that land in the wrong column or type, and against half a statement that stays.

CREATE TABLE t (k int PRIMARY KEY, a text, b bigint, c boolean DEFAULT true);
INSERT INTO t VALUES (1, 'one', 10, false);
INSERT INTO t VALUES (2, 'two', 20);
INSERT INTO t VALUES (3);
INSERT INTO t (k, b) VALUES (4, 40);
INSERT INTO t (b, k) VALUES (50, 5), (60, 6), (70, 7);
INSERT INTO t (k, a, b, c) VALUES (8, NULL, NULL, NULL);
INSERT INTO public.t VALUES (9);
INSERT INTO t AS x VALUES (10, 'alias') RETURNING x.k, x.a;
INSERT INTO t ("k", "a") VALUES (11, 'quoted');
SELECT * FROM t ORDER BY k;

-- values are cast as an assignment is
INSERT INTO t (k, a, b) VALUES (20, 5, 2.5) RETURNING *;
INSERT INTO t (k, a, b) VALUES (21, true, '77') RETURNING *;
INSERT INTO t (k, a, b) VALUES ('22', 1.50, 3.5::double precision) RETURNING *;
INSERT INTO t (k, a) VALUES (1e1 + 13, now() IS NULL) RETURNING *;
INSERT INTO t (k, a) VALUES (24, '2024-01-01 00:00:00+00'::timestamptz), (25, 'x'), (26, NULL) RETURNING a;
INSERT INTO t (k, a) VALUES (27, '{"a":1}'::jsonb), (28, '{"a":2}') RETURNING a;
INSERT INTO t (k, c) VALUES (29, 'yes'), (30, 'off') RETURNING c;
INSERT INTO t (k, c) VALUES (31, 1);
INSERT INTO t (k, b) VALUES (31, true);
INSERT INTO t (k, b) VALUES (31, 'x'::text);
INSERT INTO t (k, b) VALUES (31, now());
INSERT INTO t (k, b) VALUES (31, '2.5');
INSERT INTO t (k, b) VALUES (31, '');
INSERT INTO t (k, b) VALUES (31, ' 31 ') RETURNING b;
INSERT INTO t (k) VALUES (2147483648);
INSERT INTO t (k) VALUES (2147483647) RETURNING k;
INSERT INTO t (k, b) VALUES (32, 9223372036854775808);
INSERT INTO t (k, b) VALUES (32, 1e30);
INSERT INTO t (k, b) VALUES (32, 'NaN'::double precision);

-- in a list of several rows each value is assigned on its own, whatever type the others have
INSERT INTO t (k, a) VALUES (40, 1), (41, 2.5) RETURNING a;
INSERT INTO t (k, a) VALUES (42, 1), (43, 'x');
INSERT INTO t (k, a) VALUES (142, true), (143, 1) RETURNING a;
INSERT INTO t (k, b) VALUES (242, '1'), (243, 2) RETURNING b;
INSERT INTO t (k, b) VALUES (44, 1), (45, 1.5) RETURNING b;

-- too many, too few, wrong names
INSERT INTO t VALUES (50, 'a', 1, true, 5);
INSERT INTO t (k, a) VALUES (50);
INSERT INTO t (k, a) VALUES (50, 'a', 1);
INSERT INTO t (k) VALUES (50, 'a');
INSERT INTO t VALUES (50), (51, 'x');
INSERT INTO t (k, nosuch) VALUES (50, 1);
INSERT INTO t (k, k) VALUES (50, 50);
INSERT INTO t (k, K) VALUES (50, 50);
INSERT INTO t () VALUES ();
INSERT INTO t VALUES ();
INSERT INTO t;
INSERT t VALUES (50);
INSERT INTO t (k, a) DEFAULT VALUES;
INSERT INTO t DEFAULT VALUES;
INSERT INTO missing VALUES (1);
INSERT INTO t VALUES (k);
INSERT INTO t (k, a) VALUES (50, a);
INSERT INTO t (k, a) VALUES (50, t.a);
INSERT INTO t (k) VALUES (count(*));
INSERT INTO t (t.k) VALUES (50);
INSERT INTO t (k, a) VALUES (50, unquoted);
INSERT INTO t VALUES (50, "quoted");
INSERT INTO t (*) VALUES (50);
SELECT count(*) FROM t WHERE k BETWEEN 50 AND 60;

-- all or nothing
INSERT INTO t (k) VALUES (60), (61), (1);
INSERT INTO t (k) VALUES (60), (60);
INSERT INTO t (k, b) VALUES (60, 1), (61, 1 / (1 - 1));
INSERT INTO t (k) VALUES (60), (NULL);
SELECT count(*) FROM t WHERE k BETWEEN 60 AND 70;

-- RETURNING
INSERT INTO t (k, a) VALUES (70, 'r') RETURNING *;
INSERT INTO t (k, a) VALUES (71, 'r') RETURNING k + 1 AS next, upper(a), c, 'const' AS "Const", NULL AS nothing;
INSERT INTO t (k, a) VALUES (72, 'r'), (73, 's') RETURNING t.*, k;
INSERT INTO t (k) VALUES (74) RETURNING nosuch;
INSERT INTO t (k) VALUES (74) RETURNING count(*);
INSERT INTO t (k) VALUES (74) RETURNING EXCLUDED.k;
INSERT INTO t (k) VALUES (74) RETURNING 1 / (k - 74);
INSERT INTO t (k) VALUES (74) RETURNING;
INSERT INTO t AS x (k) VALUES (74) RETURNING t.k;
INSERT INTO t AS x (k) VALUES (74) RETURNING x.*, x.k AS again;
SELECT k FROM t WHERE k = 74;

-- INSERT from a SELECT
CREATE TABLE cp (k bigint PRIMARY KEY, a varchar(10), b text);
INSERT INTO cp SELECT k, a, b FROM t WHERE k <= 3;
INSERT INTO cp (k, b) SELECT k, c FROM t WHERE k IN (4, 5) RETURNING *;
INSERT INTO cp (b, k) SELECT 'x', 100;
INSERT INTO cp SELECT 101, 'a' WHERE true;
INSERT INTO cp SELECT 102, 'a' WHERE false;
INSERT INTO cp SELECT k + 200, a FROM cp WHERE k < 3 RETURNING k, a;
INSERT INTO cp (k, a) SELECT count(*) + 1000, max(a) FROM t RETURNING k > 1000, a;
INSERT INTO cp (k, a) SELECT k, a FROM t WHERE k > 1000000 ORDER BY k LIMIT 1 RETURNING k;
INSERT INTO cp SELECT * FROM t WHERE k = 6;
INSERT INTO cp (k) SELECT k, a FROM t WHERE k = 6;
INSERT INTO cp (k, a) SELECT k FROM t WHERE k = 6;
INSERT INTO cp (k, b) SELECT a, k FROM t;
INSERT INTO cp (k) SELECT a FROM t;
INSERT INTO cp (k, a) SELECT 400, 'longer than ten';
INSERT INTO cp (k) SELECT k FROM cp;
INSERT INTO cp (k) SELECT NULL;
INSERT INTO cp (k, a) SELECT '401', '5' RETURNING k, a;
INSERT INTO cp (k) SELECT k + 500 FROM cp WHERE k BETWEEN 1 AND 3 ON CONFLICT DO NOTHING RETURNING k;
INSERT INTO cp (k, a) (SELECT 402, 'in parentheses') ON CONFLICT DO NOTHING;
INSERT INTO cp (k, a) (VALUES (403, 'x'), (404, 'y'));
INSERT INTO cp (k, a) VALUES (406, 'b'), (405, 'a') ORDER BY 1 LIMIT 1 RETURNING k;
INSERT INTO cp SELECT DISTINCT b + 600 FROM t WHERE b IS NOT NULL AND b < 40 RETURNING k;
SELECT * FROM cp ORDER BY k;
CREATE TABLE log (a int, b text);
INSERT INTO log SELECT k, a FROM t WHERE k < 3;
INSERT INTO log SELECT * FROM log;
INSERT INTO log SELECT * FROM log;
SELECT a, count(*) FROM log GROUP BY a ORDER BY a;

-- varchar(n) refuses on assignment, except for blanks that go too far
INSERT INTO cp (k, a) VALUES (500, 'ten chars.');
INSERT INTO cp (k, a) VALUES (600, 'ten chars.      ');
SELECT length(a) FROM cp WHERE k = 600;
INSERT INTO cp (k, a) VALUES (701, 'ten chars.x');
INSERT INTO cp (k, a) VALUES (702, 'ten chars.x'::varchar(10)) RETURNING a;
INSERT INTO cp (k, a) VALUES (703, 'äöüäöüäöüä') RETURNING a, length(a), octet_length(a);
