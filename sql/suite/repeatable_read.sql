-- Two and three sessions under REPEATABLE READ: one snapshot for the whole block, and the first writer wins (40001).
-- Guards a backup or a report that must see one state, and read-modify-write that must not lose an update.

CREATE TABLE t (k int PRIMARY KEY, v text, n int NOT NULL DEFAULT 0);
INSERT INTO t VALUES (1, 'one', 10), (2, 'two', 20), (3, 'three', 30);

-- one snapshot, taken by the first statement and not by BEGIN
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c2 UPDATE t SET n = 11 WHERE k = 1;
@c1 SELECT n FROM t WHERE k = 1;
@c2 UPDATE t SET n = 12 WHERE k = 1;
@c2 INSERT INTO t VALUES (4, 'four', 40);
@c2 DELETE FROM t WHERE k = 3;
@c1 SELECT * FROM t ORDER BY k;
@c1 SELECT n FROM t WHERE k = 1;
@c1 SELECT count(*), sum(n) FROM t;
@c1 SELECT v FROM t WHERE k = 3;
@c1 SELECT v FROM t WHERE k = 4;
@c1 COMMIT;
@c1 SELECT * FROM t ORDER BY k;

-- its own writes are seen
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c1 SELECT count(*) FROM t;
@c1 INSERT INTO t VALUES (5, 'five', 50);
@c1 UPDATE t SET n = n + 1 WHERE k = 5 RETURNING n;
@c2 INSERT INTO t VALUES (6, 'six', 60);
@c1 SELECT k FROM t ORDER BY k;
@c1 COMMIT;
@c1 SELECT k FROM t ORDER BY k;

-- a row that changed after the snapshot cannot be written
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c1 SELECT n FROM t WHERE k = 1;
@c2 UPDATE t SET n = 100 WHERE k = 1;
@c1 UPDATE t SET n = n + 1 WHERE k = 1;
@c1 SELECT 1;
@c1 ROLLBACK;
@c1 SELECT n FROM t WHERE k = 1;
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c1 SELECT n FROM t WHERE k = 1;
@c2 UPDATE t SET v = 'touched' WHERE k = 1;
@c1 DELETE FROM t WHERE k = 1;
@c1 ROLLBACK;
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c1 SELECT count(*) FROM t;
@c2 DELETE FROM t WHERE k = 6;
@c1 UPDATE t SET n = 0 WHERE k = 6;
@c1 ROLLBACK;

-- other rows can
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c1 SELECT count(*) FROM t;
@c2 UPDATE t SET n = 200 WHERE k = 2;
@c1 UPDATE t SET n = n + 1 WHERE k = 1 RETURNING n;
@c1 COMMIT;

-- a row that no longer matches in the snapshot is not touched and is no conflict
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c1 SELECT count(*) FROM t;
@c2 UPDATE t SET n = 9999 WHERE k = 2;
@c1 UPDATE t SET v = 'big' WHERE n > 5000 RETURNING k;
@c1 COMMIT;

-- waiting for the other writer: 40001 if it commits, on we go if it does not
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c1 SELECT count(*) FROM t;
@c2 BEGIN;
@c2 UPDATE t SET n = 300 WHERE k = 1;
@c1 UPDATE t SET n = n + 1 WHERE k = 1;
@c2 COMMIT;
@c1 ROLLBACK;
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c1 SELECT count(*) FROM t;
@c2 BEGIN;
@c2 UPDATE t SET n = 400 WHERE k = 1;
@c1 UPDATE t SET n = n + 1 WHERE k = 1 RETURNING n;
@c2 ROLLBACK;
@c1 COMMIT;

-- both under REPEATABLE READ
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c2 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c1 SELECT n FROM t WHERE k = 1;
@c2 SELECT n FROM t WHERE k = 1;
@c1 UPDATE t SET n = n + 1 WHERE k = 1 RETURNING n;
@c2 UPDATE t SET n = n + 1 WHERE k = 1 RETURNING n;
@c1 COMMIT;
@c2 COMMIT;
@c2 SELECT n FROM t WHERE k = 1;

-- a key that another inserted after the snapshot: not seen, but taken
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c1 SELECT count(*) FROM t WHERE k = 10;
@c2 INSERT INTO t VALUES (10, 'theirs');
@c1 SELECT count(*) FROM t WHERE k = 10;
@c1 INSERT INTO t VALUES (10, 'ours');
@c1 ROLLBACK;
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c1 SELECT count(*) FROM t WHERE k = 11;
@c2 INSERT INTO t VALUES (11, 'theirs');
@c1 INSERT INTO t VALUES (11, 'ours') ON CONFLICT DO NOTHING;
@c1 ROLLBACK;
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c1 SELECT count(*) FROM t WHERE k = 12;
@c2 INSERT INTO t VALUES (12, 'theirs');
@c1 INSERT INTO t VALUES (12, 'ours') ON CONFLICT (k) DO UPDATE SET v = 'both';
@c1 ROLLBACK;
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c1 SELECT v FROM t WHERE k = 12;
@c1 INSERT INTO t VALUES (12, 'ours') ON CONFLICT (k) DO UPDATE SET v = 'seen' RETURNING v;
@c1 INSERT INTO t VALUES (12, 'ours') ON CONFLICT DO NOTHING;
@c1 COMMIT;

-- an insert that waits
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c1 SELECT count(*) FROM t;
@c2 BEGIN;
@c2 INSERT INTO t VALUES (13, 'theirs');
@c1 INSERT INTO t VALUES (13, 'ours');
@c2 COMMIT;
@c1 ROLLBACK;
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c1 SELECT count(*) FROM t;
@c2 BEGIN;
@c2 INSERT INTO t VALUES (14, 'theirs');
@c1 INSERT INTO t VALUES (14, 'ours') RETURNING v;
@c2 ROLLBACK;
@c1 COMMIT;

-- a savepoint does not renew the snapshot, and does not save a transaction from 40001
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c1 SELECT n FROM t WHERE k = 2;
@c2 UPDATE t SET n = 1 WHERE k = 2;
@c1 SAVEPOINT s;
@c1 SELECT n FROM t WHERE k = 2;
@c1 UPDATE t SET n = 2 WHERE k = 2;
@c1 ROLLBACK TO s;
@c1 SELECT n FROM t WHERE k = 2;
@c1 UPDATE t SET n = 2 WHERE k = 2;
@c1 ROLLBACK;

-- read only
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
@c1 SELECT sum(n) FROM t;
@c2 UPDATE t SET n = n + 1;
@c1 SELECT sum(n) FROM t;
@c1 COMMIT;
@c1 SELECT sum(n) FROM t;

-- write skew is allowed here
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c2 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c1 SELECT count(*) FROM t WHERE k IN (1, 2);
@c2 SELECT count(*) FROM t WHERE k IN (1, 2);
@c1 DELETE FROM t WHERE k = 1;
@c2 DELETE FROM t WHERE k = 2;
@c1 COMMIT;
@c2 COMMIT;
@c1 SELECT count(*) FROM t WHERE k IN (1, 2);

-- three sessions with three snapshots
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c1 SELECT count(*) FROM t;
@c3 INSERT INTO t VALUES (20, 'x');
@c2 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c2 SELECT count(*) FROM t;
@c3 INSERT INTO t VALUES (21, 'y');
@c3 SELECT count(*) FROM t;
@c1 SELECT count(*) FROM t;
@c2 SELECT count(*) FROM t;
@c1 COMMIT;
@c2 COMMIT;

-- the snapshot comes with the first query, not with SET or SHOW
@c1 BEGIN ISOLATION LEVEL REPEATABLE READ;
@c1 SET LOCAL lock_timeout = '1s';
@c1 SHOW lock_timeout;
@c2 INSERT INTO t VALUES (30, 'before the first query');
@c1 SELECT v FROM t WHERE k = 30;
@c1 COMMIT;
