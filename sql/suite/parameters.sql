-- Types of unknown literals and of parameters: what each position makes of them, and when it cannot tell.
-- Guards drivers that send no parameter types and ask the server: the answer decides how they encode values.
-- (Sent as plain text such a statement has no parameters at all, and is refused.)

CREATE TABLE t (k int PRIMARY KEY, a text, b bigint, c boolean, d numeric, e timestamptz, f uuid, g jsonb, h bytea, i varchar(5), s smallint, x double precision, n name, o oid);
INSERT INTO t VALUES (1, 'a', 10, true, 1.5, '2024-01-02 00:00:00+00', '00000000-0000-0000-0000-000000000001', '{"a":1}', '\x01', 'v', 5, 2.5, 'n', 7);

-- unknown literals
SELECT '1', 'a' AS x, NULL, '' AS empty, ('x');
SELECT '1' = 1, 1 = '1', '1' < 2.5, 'a' = 'a', '1' = '01', 'true' = true, '2024-01-01' < now(), '1' = 1.0::double precision, NULL = 1;
SELECT '5' + 5, 5 - '3', '2' * 2.5, '10' / 4, '7' % 2, 2 ^ '3', '1' + 1.5::double precision, '1' || 'a', '1' || 2, 'a' || NULL;
SELECT '1' + '2';
SELECT '1' * '2';
SELECT '1' < '2', '10' < '9', 'a' || 'b', 'a' LIKE 'a%', NULL || NULL, NULL = NULL;
SELECT NULL + NULL;
SELECT '1' BETWEEN 0 AND 2, '1' IN (1, 2), '1' IN ('1', '01'), 1 IN ('1', '2'), CASE WHEN true THEN '1' ELSE 2 END, coalesce('1', 2), greatest('1', 2, '10'), nullif('1', 1), nullif(1, '2'), least('a', 'b');
SELECT 'x' = 1;
SELECT coalesce('x', 1);
SELECT CASE WHEN true THEN 'x' ELSE 1 END;
SELECT 1 IN ('x');
SELECT 'x' BETWEEN 1 AND 2;
SELECT 1 = 'x' WHERE false;
SELECT coalesce(1, 'x');
SELECT greatest(1, 'x');
SELECT nullif(1, 'x');
SELECT coalesce('a', 'b'), coalesce(NULL, NULL), CASE WHEN false THEN NULL END, greatest('10', '9'), least(NULL, 'x'), nullif('a', 'a');
SELECT DISTINCT 'a', NULL;
SELECT min('b'), max('a'), count('x'), count(NULL);
SELECT length('abc'), upper('a'), abs('-1'), round('1.5'), repeat('a', '3'), md5('a');
SELECT sum('1');
SELECT avg('1');
SELECT sum(NULL);

-- comparison with a column gives a parameter the column's type
--@bind ["1"]
SELECT k FROM t WHERE k = $1;
--@bind ["1"]
SELECT k FROM t WHERE $1 = k;
--@bind ["a"]
SELECT k FROM t WHERE a = $1;
--@bind ["10"]
SELECT k FROM t WHERE b = $1;
--@bind ["t"]
SELECT k FROM t WHERE c = $1;
--@bind ["1.50"]
SELECT k FROM t WHERE d = $1;
--@bind ["2024-01-02"]
SELECT k FROM t WHERE e = $1;
--@bind ["00000000-0000-0000-0000-000000000001"]
SELECT k FROM t WHERE f = $1;
--@bind ["{\"a\": 1.0}"]
SELECT k FROM t WHERE g = $1;
--@bind ["\\x01"]
SELECT k FROM t WHERE h = $1;
--@bind ["v"]
SELECT k FROM t WHERE i = $1;
--@bind ["5"]
SELECT k FROM t WHERE s = $1;
--@bind ["2.5"]
SELECT k FROM t WHERE x = $1;
--@bind ["n"]
SELECT k FROM t WHERE n = $1;
--@bind ["7"]
SELECT k FROM t WHERE o = $1;
--@bind ["0", "2"]
SELECT k FROM t WHERE k > $1 AND k < $2;
--@bind ["0", "2"]
SELECT k FROM t WHERE b BETWEEN $1 AND $2;
--@bind ["1", "2"]
SELECT k FROM t WHERE k IN ($1, $2);
--@bind ["1", "a"]
SELECT k FROM t WHERE (k, a) = ($1, $2);
--@bind ["{1}"]
SELECT k FROM t WHERE k = ANY ($1);
--@bind ["a%"]
SELECT k FROM t WHERE a LIKE $1;
--@bind ["v%"]
SELECT k FROM t WHERE i LIKE $1;
--@bind [null]
SELECT k FROM t WHERE a IS NOT DISTINCT FROM $1;
--@bind ["1"]
SELECT k FROM t WHERE k + 1 > $1;
--@bind ["10"]
SELECT k FROM t WHERE b + $1 > 15;
--@bind ["1"]
SELECT k FROM t WHERE k = $1 + 0;
--@bind ["1"]
SELECT k FROM t WHERE k = $1 OR b = $1;
--@bind ["1"]
SELECT k FROM t WHERE k = $1 AND a = $1;
--@bind ["a"]
SELECT k FROM t WHERE a = $1 AND i = $1;
--@bind ["t"]
SELECT k FROM t WHERE $1;
--@bind ["t"]
SELECT k FROM t WHERE NOT $1 OR c;
--@bind ["1"]
SELECT k FROM t WHERE -$1 = k;

-- expressions
--@bind ["1", "x"]
SELECT $1, $2 AS named;
--@bind ["5"]
SELECT $1 + 1;
--@bind ["5"]
SELECT 1.5 * $1;
--@bind ["5"]
SELECT $1 + 1::bigint, 2.5::double precision - $1::double precision;
--@bind ["a", "b"]
SELECT $1 || $2;
--@bind ["a"]
SELECT $1 || 'x', upper($1), length($1);
--@bind ["5"]
SELECT 1 || $1;
--@bind ["x"]
SELECT coalesce($1, 'y'), coalesce(NULL, $1);
--@bind ["7"]
SELECT coalesce($1, 0), nullif($1, 7), greatest($1, 3);
--@bind ["7"]
SELECT CASE WHEN true THEN $1 ELSE 1 END;
--@bind ["t", "a", "b"]
SELECT CASE WHEN $1 THEN $2 ELSE $3 END;
--@bind ["1"]
SELECT CASE $1 WHEN 1 THEN 'one' ELSE 'other' END;
--@bind ["3"]
SELECT $1::int, $1 + 1, $1;
--@bind ["3"]
SELECT $1, $1 + 1;
--@bind ["3"]
SELECT $1::int, $1::text;
--@bind ["3"]
SELECT $1::int::text || $1;
--@bind ["2024-01-02 00:00:00+00"]
SELECT $1::timestamptz, $1 < now();
--@bind ["1"]
SELECT abs($1::int), abs($1);
--@bind ["1"]
SELECT abs($1);
--@bind ["abc", "2"]
SELECT substr($1, $2), left($1, $2);
--@bind ["1", "2"]
SELECT ARRAY[$1, $2];
--@bind ["1", "2"]
SELECT ARRAY[$1, 5], ARRAY[$2]::int[];
--@bind ["{\"a\": 1}", "a"]
SELECT $1::jsonb -> $2;
--@bind ["{\"a\": 1}"]
SELECT $1::jsonb @> '{"a":1}';
--@bind ["1", "1"]
SELECT $1 = $2;
--@bind ["1", "1"]
SELECT $1 = $2, $1 = 1;
--@bind [null]
SELECT $1 IS NULL;
--@bind ["x"]
SELECT $1 IS NULL, $1 = 'x';
--@bind ["1", "1"]
SELECT $1 + $2;
--@bind ["1"]
SELECT -$1;
--@bind ["1", "2"]
SELECT ($1, $2) < (2, 3);
--@bind ["a", "b"]
SELECT $2, $1;
--@bind [null, "b"]
SELECT $2;
--@bind [null, "b"]
SELECT $2::text;
SELECT $0;
SELECT $x;
--@bind ["1"]
SELECT count($1), max($1::int);
--@bind ["x"]
SELECT count(*) FROM t WHERE $1 IS NOT NULL;
--@bind ["x"]
SELECT a FROM t GROUP BY a HAVING max(a) > $1;
--@bind ["1"]
SELECT k FROM t ORDER BY $1;
--@bind ["2"]
SELECT a FROM t ORDER BY k + $1;
--@bind ["1", "0"]
SELECT k FROM t ORDER BY k LIMIT $1 OFFSET $2;
--@bind ["1"]
SELECT DISTINCT $1;

-- writes
--@bind ["2", "text", "20", "f", "2.5", "2024-01-03 00:00:00+00"]
INSERT INTO t (k, a, b, c, d, e) VALUES ($1, $2, $3, $4, $5, $6) RETURNING k, a, b, c, d, e;
--@bind ["00000000-0000-0000-0000-000000000002", "[1]", "\\x02", "abc", "3", "4.5", "nm", "9"]
INSERT INTO t (k, f, g, h, i, s, x, n, o) VALUES (3, $1, $2, $3, $4, $5, $6, $7, $8) RETURNING f, g, h, i, s, x, n, o;
--@bind ["4", "5"]
INSERT INTO t (k, a) VALUES ($1, 'x'), ($2, 'y') RETURNING k;
--@bind ["6", "abc"]
INSERT INTO t (k, a) SELECT $1, $2 RETURNING a;
--@bind ["6", "abc"]
INSERT INTO t (k, a) SELECT $1::int, $2 RETURNING a;
--@bind ["7"]
INSERT INTO t (k, a, i) VALUES (7, $1, $1);
--@bind ["8"]
INSERT INTO t (k, b) VALUES ($1, $1);
--@bind ["8"]
INSERT INTO t (k, b) VALUES ($1, $1::int) RETURNING k, b;
--@bind ["9"]
INSERT INTO t (k, b) VALUES ($1 + 0, $1) RETURNING k, b;
--@bind ["toolong"]
INSERT INTO t (k, i) VALUES (9, $1);
--@bind ["x"]
INSERT INTO t (k) VALUES ($1);
--@bind ["99999999999"]
INSERT INTO t (k) VALUES ($1);
--@bind [null]
INSERT INTO t (k) VALUES ($1);
--@bind ["new", "2"]
UPDATE t SET a = $1 WHERE k = $2 RETURNING a;
--@bind ["5"]
UPDATE t SET b = b + $1, d = d * $1 WHERE k = 2;
--@bind ["5"]
UPDATE t SET b = b + $1 WHERE k = 2 RETURNING b;
--@bind ["q"]
UPDATE t SET a = a || $1, i = $1 WHERE k = 2;
--@bind ["q"]
UPDATE t SET a = upper($1) WHERE k = 2 RETURNING a, $1;
--@bind ["2"]
DELETE FROM t WHERE k = $1 RETURNING k;

-- more and fewer values than parameters
--@bind ["1", "2"]
SELECT k FROM t WHERE k = $1;
--@bind ["1"]
SELECT k FROM t WHERE k = $1 AND b = $2;
--@bind ["1"]
SELECT 1;
--@bind ["x"]
SELECT k FROM t WHERE b = $1;
--@bind [""]
SELECT k FROM t WHERE b = $1;
--@bind [" 10 "]
SELECT k FROM t WHERE b = $1;
--@bind [""]
SELECT k FROM t WHERE a = $1;
--@bind ["1"]
SELECT k FROM nosuch WHERE k = $1;
--@bind ["1"]
CREATE TABLE p (k int DEFAULT 1);
--@bind ["nosuch"]
SELECT * FROM $1;
--@bind ["k"]
SELECT t.$1 FROM t;
