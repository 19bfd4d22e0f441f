-- UPDATE and DELETE: by key, by range, by any predicate; changes of the key itself; RETURNING; refusals.
-- Guards against a row that is changed twice, a key that moves onto another, and old values where new ones are due.

CREATE TABLE t (k int PRIMARY KEY, a text, n bigint, f double precision DEFAULT 1.5);
INSERT INTO t VALUES (1, 'one', 10, 0.5), (2, 'two', 20, 1.5), (3, 'three', 30, 2.5), (4, 'four', NULL, 3.5), (5, NULL, 50, NULL);
UPDATE t SET a = 'ONE' WHERE k = 1;
UPDATE t SET a = 'x' WHERE k = 99;
UPDATE t SET n = n + 1;
SELECT k, n FROM t ORDER BY k;
UPDATE t SET n = k, f = n WHERE k = 2 RETURNING *;
UPDATE t SET n = f, f = n WHERE k = 2 RETURNING n, f;
UPDATE t SET a = upper(a) WHERE a LIKE 't%' RETURNING k, a;
UPDATE t SET n = 0 WHERE n IS NULL RETURNING k;
UPDATE t SET n = 0 WHERE a = NULL;
UPDATE t SET n = 7 WHERE NOT (a = 'ONE') RETURNING k;
UPDATE t AS x SET a = x.a || '!' WHERE x.k = 1 RETURNING x.a, x.*;
UPDATE t x SET a = 'y' WHERE x.k = 1 RETURNING a;
UPDATE t SET (a, n) = ('pair', 5) WHERE k = 1 RETURNING a, n;
UPDATE t SET (a, n) = ROW ('row', n + 1), f = 9 WHERE k = 1 RETURNING a, n, f;
UPDATE t SET (a) = ROW ('single') WHERE k = 1 RETURNING a;
UPDATE t SET f = DEFAULT, a = DEFAULT WHERE k = 3 RETURNING a, f;
UPDATE t SET n = '8', a = 8, f = '1e2' WHERE k = 3 RETURNING *;
UPDATE t SET n = 2.5 WHERE k = 3 RETURNING n;
UPDATE t SET n = 3.5 WHERE k IN (3, 4, 4, 99) RETURNING k, n;
UPDATE t SET a = k WHERE k > 3 AND k <= 5 RETURNING a;
UPDATE t SET a = CASE WHEN k < 3 THEN 'low' ELSE 'high' END RETURNING k, a;
UPDATE t SET a = NULL WHERE k BETWEEN 1 AND 2 RETURNING k AS "K", a IS NULL AS gone, 1 + k;
UPDATE t SET k = k WHERE k = 1;

-- the key changes
UPDATE t SET k = 10 WHERE k = 1 RETURNING *;
SELECT k FROM t WHERE k = 1;
SELECT k FROM t WHERE k = 10;
UPDATE t SET k = 2 WHERE k = 10;
UPDATE t SET k = k + 100 RETURNING k;
UPDATE t SET k = NULL WHERE k = 102;
UPDATE t SET k = 'x' WHERE k = 102;
UPDATE t SET k = 2147483648 WHERE k = 102;
UPDATE t SET k = 5;
UPDATE t SET k = -k RETURNING k;
SELECT k FROM t ORDER BY k;

-- refused, and nothing is changed
UPDATE t SET nosuch = 1;
UPDATE t SET a = nosuch;
UPDATE t SET a = 'x' WHERE nosuch = 1;
UPDATE t SET a = 'x', a = 'y';
UPDATE t SET (a, n) = ('x', 1), n = 2;
UPDATE t SET (a, n) = ('x');
UPDATE t SET (a, n) = ('x', 1, 2);
UPDATE t SET t.a = 'x';
UPDATE t AS x SET a = 'x' WHERE t.k = 1;
UPDATE t SET n = true;
UPDATE t SET n = 'abc';
UPDATE t SET n = a;
UPDATE t SET n = 9223372036854775807 + n;
UPDATE t SET n = 1 / (k - k);
UPDATE t SET a = count(*);
UPDATE t SET a = 'x' WHERE count(*) > 1;
UPDATE t SET a = 'x' WHERE k;
UPDATE t SET a = 'x' WHERE a;
UPDATE t SET a = 'x' WHERE 'nonsense';
UPDATE t SET a = 'x' RETURNING nosuch;
UPDATE t SET a = 'x' RETURNING count(*);
UPDATE missing SET a = 1;
UPDATE t;
UPDATE t SET;
UPDATE t SET a;
UPDATE t SET a = ;
UPDATE t SET a = 'x' ORDER BY k;
UPDATE t SET a = 'x' LIMIT 1;
UPDATE t a = 'x';
SELECT count(*) FROM t WHERE a = 'x';

-- two columns of a key
CREATE TABLE pair (a int, b text, v int, PRIMARY KEY (a, b));
INSERT INTO pair VALUES (1, 'x', 1), (1, 'y', 2), (2, 'x', 3), (2, 'y', 4);
UPDATE pair SET v = v * 10 WHERE a = 1 AND b = 'y' RETURNING *;
UPDATE pair SET v = v + 1 WHERE a = 1 RETURNING *;
UPDATE pair SET v = v + 1 WHERE b = 'x' RETURNING *;
UPDATE pair SET b = 'y' WHERE a = 1 AND b = 'x';
UPDATE pair SET a = 3 WHERE a = 1 RETURNING *;
UPDATE pair SET (a, b) = (4, 'z') WHERE (a, b) = (3, 'x') RETURNING *;
UPDATE pair SET v = 0 WHERE (a, b) IN ((2, 'x'), (2, 'y'), (9, 'z')) RETURNING a, b;
UPDATE pair SET b = NULL WHERE a = 4;
SELECT * FROM pair ORDER BY a, b;

-- a table without a key
CREATE TABLE bag (a int, b text);
INSERT INTO bag VALUES (1, 'x'), (1, 'x'), (2, 'y'), (NULL, NULL);
UPDATE bag SET b = 'z' WHERE a = 1 RETURNING *;
UPDATE bag SET a = NULL WHERE a = 2 RETURNING *;
DELETE FROM bag WHERE a IS NULL RETURNING b;
DELETE FROM bag WHERE a = 1;
SELECT count(*) FROM bag;

-- DELETE
DELETE FROM t WHERE k = 99;
DELETE FROM t WHERE k = -102 RETURNING *;
DELETE FROM t WHERE k = -103 AND n > 1000000;
DELETE FROM t AS x WHERE x.k = -103 RETURNING x.k, x.a AS label;
DELETE FROM t x WHERE t.k = -104;
DELETE FROM t WHERE k = -104 RETURNING k * 2 AS double;
DELETE FROM t WHERE a = NULL;
DELETE FROM t WHERE nosuch = 1;
DELETE FROM t WHERE k = 'x';
DELETE FROM t WHERE k = '-105' RETURNING k;
DELETE FROM t WHERE 1;
DELETE FROM t WHERE count(*) = 0;
DELETE FROM t RETURNING nosuch;
DELETE FROM t WHERE 1 / 0 = 1;
DELETE FROM missing;
DELETE t WHERE k = 1;
DELETE FROM t WHERE;
DELETE FROM t k = 1;
DELETE FROM t LIMIT 1;
DELETE * FROM t;
DELETE FROM pair WHERE (a, b) = (2, 'x') RETURNING *;
DELETE FROM pair WHERE a >= 3 RETURNING a, b, v;
DELETE FROM pair RETURNING pair.*;
DELETE FROM pair;
DELETE FROM t;
SELECT count(*) FROM t;

-- parameters
INSERT INTO t VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3);
--@bind ["new", "1"]
UPDATE t SET a = $1 WHERE k = $2 RETURNING a;
--@bind ["5", "2"]
UPDATE t SET n = n + $1 WHERE k = $2 RETURNING n;
--@bind ["a", "6", "3"]
UPDATE t SET (a, n) = ($1, $2) WHERE k = $3 RETURNING a, n;
--@bind [null]
UPDATE t SET a = $1 RETURNING a;
--@bind ["{1,3,7}"]
DELETE FROM t WHERE k = ANY($1) RETURNING k;
--@bind [null]
DELETE FROM t WHERE k = $1;
--@bind ["2"]
DELETE FROM t WHERE k = $1 RETURNING k;
