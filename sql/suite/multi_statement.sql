-- Several statements in one message: the transaction around them, errors in the middle, blocks that begin or end inside,
-- the empty query and comments. Guards all-or-nothing where a client sends a whole script at once.

CREATE TABLE t (k int PRIMARY KEY, v text);
SELECT 1\; SELECT 2 AS two\; SELECT 'three';
INSERT INTO t VALUES (1, 'a')\; INSERT INTO t VALUES (2, 'b')\; SELECT * FROM t ORDER BY k;
INSERT INTO t VALUES (3, 'c')\; SELECT 1 / 0\; INSERT INTO t VALUES (4, 'd');
SELECT k FROM t ORDER BY k;
INSERT INTO t VALUES (3, 'c')\; INSERT INTO t VALUES (1, 'twice');
SELECT k FROM t ORDER BY k;
INSERT INTO t VALUES (3, 'c')\; SELEC 1;
SELECT k FROM t ORDER BY k;
SELECT 1\; SELECT nosuch\; SELECT 3;
CREATE TABLE made (a int)\; INSERT INTO made VALUES (1)\; SELECT * FROM made;
CREATE TABLE made2 (a int)\; INSERT INTO made2 VALUES (1)\; SELECT 1 / 0;
SELECT * FROM made2;
DROP TABLE made\; SELECT * FROM made;
SELECT * FROM made;
BEGIN\; INSERT INTO t VALUES (10, 'x')\; COMMIT;
BEGIN\; INSERT INTO t VALUES (11, 'x')\; ROLLBACK;
BEGIN\; INSERT INTO t VALUES (12, 'x')\; SELECT 1 / 0\; COMMIT;
SELECT 1;
COMMIT;
SELECT k FROM t WHERE k >= 10 ORDER BY k;
INSERT INTO t VALUES (13, 'x')\; COMMIT\; SELECT 1 / 0;
SELECT k FROM t WHERE k >= 10 ORDER BY k;
INSERT INTO t VALUES (14, 'x')\; BEGIN\; INSERT INTO t VALUES (15, 'x');
ROLLBACK;
SELECT k FROM t WHERE k >= 10 ORDER BY k;
INSERT INTO t VALUES (16, 'x')\; ROLLBACK\; INSERT INTO t VALUES (17, 'x');
SELECT k FROM t WHERE k >= 10 ORDER BY k;
BEGIN\; INSERT INTO t VALUES (18, 'x');
INSERT INTO t VALUES (19, 'x')\; COMMIT\; INSERT INTO t VALUES (20, 'x')\; SELECT 1 / 0;
SELECT k FROM t WHERE k >= 10 ORDER BY k;
SELECT 1\; BEGIN\; SELECT 2;
SELECT 3\; COMMIT\; SELECT 4;
BEGIN\; SAVEPOINT s\; INSERT INTO t VALUES (21, 'x')\; ROLLBACK TO s\; COMMIT;
SAVEPOINT s\; SELECT 1;
SELECT 1\; SAVEPOINT s;
SELECT k FROM t WHERE k = 21;
SET lock_timeout = '5s'\; SHOW lock_timeout\; SELECT 1 / 0;
SHOW lock_timeout;
SET lock_timeout = '5s'\; SHOW lock_timeout;
SHOW lock_timeout;
RESET lock_timeout;
SET LOCAL lock_timeout = '5s'\; SHOW lock_timeout;
SHOW lock_timeout;
PREPARE p AS SELECT $1 + 1\; EXECUTE p(1)\; DEALLOCATE p;
SELECT count(*) FROM t\; DELETE FROM t WHERE k > 10\; SELECT count(*) FROM t;
UPDATE t SET v = 'u' WHERE k = 1 RETURNING *\; DELETE FROM t WHERE k = 2 RETURNING *;
VALUES (1)\; VALUES (2);
SELECT now() = now()\; SELECT 1;
SELECT ';'\; SELECT 'a;b' AS "x;y"\; SELECT $$;$$;
SELECT 1 -- a comment; with a semicolon
\; SELECT 2 /* another; */;
\;;
\;\;;
-- nothing but a comment
\;;
/* nothing but a comment */ \;;
\; SELECT 1;
SELECT 1\;\;\; SELECT 2;
BEGIN\;;
\;;
COMMIT\;;
/* a /* nested */ comment */ SELECT 'after it';
SELECT /* inside */ 1 -- at the end
;
SELECT 1--2
;
SELECT 1 - -2, 1 /* x */ + /* y */ 2;
SELECT 5 --
+ 1;
SELECT '--not a comment', '/* nor this */', 1 AS "--nor this";
SELECT 1 /* unfinished;
