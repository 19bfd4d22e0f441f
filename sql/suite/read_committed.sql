-- Two and three sessions under READ COMMITTED: who waits for whom, what is read after the wait, what is checked again.
-- Guards the daily concurrency of a key-value store: counters, upserts of one key, and writers that give way to nobody idle.

CREATE TABLE t (k int PRIMARY KEY, v text, n int NOT NULL DEFAULT 0);
INSERT INTO t VALUES (1, 'one', 10), (2, 'two', 20), (3, 'three', 30);

-- what is not committed is not seen, and readers wait for nobody
@c1 BEGIN;
@c1 UPDATE t SET v = 'dirty' WHERE k = 1;
@c1 INSERT INTO t VALUES (4, 'new', 40);
@c1 DELETE FROM t WHERE k = 2;
@c2 SELECT * FROM t ORDER BY k;
@c2 SELECT v FROM t WHERE k = 1;
@c2 SELECT v FROM t WHERE k = 4;
@c1 SELECT * FROM t ORDER BY k;
@c1 COMMIT;
@c2 SELECT * FROM t ORDER BY k;

-- each statement sees what was committed before it
@c2 BEGIN;
@c2 SELECT v FROM t WHERE k = 1;
@c1 UPDATE t SET v = 'second' WHERE k = 1;
@c2 SELECT v FROM t WHERE k = 1;
@c1 INSERT INTO t VALUES (5, 'phantom', 50);
@c2 SELECT count(*) FROM t;
@c2 COMMIT;

-- a writer waits for a writer of the same row, and goes on from the new row
@c1 BEGIN;
@c1 UPDATE t SET n = n + 1 WHERE k = 1 RETURNING n;
@c2 UPDATE t SET n = n + 10 WHERE k = 1 RETURNING n;
@c3 UPDATE t SET n = n + 100 WHERE k = 3 RETURNING n;
@c1 COMMIT;
@c2 SELECT n FROM t WHERE k = 1;

-- and from the old row when the first gives up
@c1 BEGIN;
@c1 UPDATE t SET n = n + 1 WHERE k = 1;
@c2 UPDATE t SET n = n + 10 WHERE k = 1 RETURNING n;
@c1 ROLLBACK;
@c2 SELECT n FROM t WHERE k = 1;

-- the predicate is checked again after the wait
@c1 BEGIN;
@c1 UPDATE t SET v = 'taken' WHERE k = 1;
@c2 UPDATE t SET v = 'mine' WHERE k = 1 AND v = 'second' RETURNING *;
@c1 COMMIT;
@c2 SELECT v FROM t WHERE k = 1;
@c1 BEGIN;
@c1 UPDATE t SET n = 500 WHERE k = 1;
@c2 DELETE FROM t WHERE n > 400 RETURNING k;
@c3 DELETE FROM t WHERE k = 1 AND n < 400 RETURNING k;
@c1 COMMIT;
@c3 SELECT k, n FROM t ORDER BY k;

-- a row that is gone after the wait
@c1 BEGIN;
@c1 DELETE FROM t WHERE k = 3;
@c2 UPDATE t SET n = 1 WHERE k = 3 RETURNING *;
@c3 DELETE FROM t WHERE k = 3 RETURNING *;
@c1 COMMIT;
@c2 SELECT count(*) FROM t WHERE k = 3;
@c3 SELECT 1;

-- a row whose key moved away
@c1 INSERT INTO t VALUES (6, 'six', 60);
@c1 BEGIN;
@c1 UPDATE t SET k = 7 WHERE k = 6;
@c2 UPDATE t SET v = 'found' WHERE k = 6 RETURNING k;
@c1 COMMIT;
@c2 SELECT k, v FROM t WHERE k IN (6, 7);

-- two inserts of one key: the second waits, and fails or goes on
@c1 BEGIN;
@c1 INSERT INTO t VALUES (10, 'first');
@c2 INSERT INTO t VALUES (10, 'second');
@c1 COMMIT;
@c2 SELECT v FROM t WHERE k = 10;
@c1 BEGIN;
@c1 INSERT INTO t VALUES (11, 'first');
@c2 INSERT INTO t VALUES (11, 'second') RETURNING v;
@c1 ROLLBACK;
@c2 SELECT v FROM t WHERE k = 11;
@c1 BEGIN;
@c1 DELETE FROM t WHERE k = 10;
@c2 INSERT INTO t VALUES (10, 'after the delete') RETURNING v;
@c1 COMMIT;
@c2 SELECT v FROM t WHERE k = 10;
@c1 BEGIN;
@c1 DELETE FROM t WHERE k = 10;
@c2 INSERT INTO t VALUES (10, 'twice');
@c1 ROLLBACK;
@c2 SELECT v FROM t WHERE k = 10;

-- an insert beside it waits for nobody
@c1 BEGIN;
@c1 INSERT INTO t VALUES (20, 'a');
@c2 INSERT INTO t VALUES (21, 'b');
@c2 UPDATE t SET n = 1 WHERE k = 11;
@c2 DELETE FROM t WHERE k = 21;
@c2 SELECT count(*) FROM t WHERE k >= 20;
@c1 COMMIT;

-- ON CONFLICT while another inserts the key
@c1 BEGIN;
@c1 INSERT INTO t VALUES (30, 'first', 1);
@c2 INSERT INTO t VALUES (30, 'second', 1) ON CONFLICT (k) DO UPDATE SET n = t.n + EXCLUDED.n, v = EXCLUDED.v RETURNING *;
@c3 INSERT INTO t VALUES (30, 'third', 1) ON CONFLICT DO NOTHING RETURNING *;
@c1 COMMIT;
@c2 SELECT * FROM t WHERE k = 30;
@c3 SELECT * FROM t WHERE k = 30;
@c1 BEGIN;
@c1 INSERT INTO t VALUES (31, 'first', 1);
@c2 INSERT INTO t VALUES (31, 'second', 2) ON CONFLICT (k) DO NOTHING RETURNING *;
@c1 ROLLBACK;
@c2 SELECT * FROM t WHERE k = 31;
@c1 BEGIN;
@c1 UPDATE t SET n = 100 WHERE k = 31;
@c2 INSERT INTO t VALUES (31, 'x', 5) ON CONFLICT (k) DO UPDATE SET n = t.n + EXCLUDED.n RETURNING n;
@c3 INSERT INTO t VALUES (31, 'x', 5) ON CONFLICT (k) DO NOTHING;
@c1 COMMIT;
@c2 SELECT n FROM t WHERE k = 31;
@c1 BEGIN;
@c1 DELETE FROM t WHERE k = 31;
@c2 INSERT INTO t VALUES (31, 'back', 7) ON CONFLICT (k) DO UPDATE SET n = t.n + 1000 RETURNING *;
@c1 COMMIT;
@c2 SELECT * FROM t WHERE k = 31;
@c1 BEGIN;
@c1 UPDATE t SET n = 50 WHERE k = 31;
@c2 INSERT INTO t VALUES (31, 'x', 60) ON CONFLICT (k) DO UPDATE SET n = EXCLUDED.n WHERE t.n < 40 RETURNING n;
@c1 COMMIT;
@c2 SELECT n FROM t WHERE k = 31;

-- INSERT ... ON CONFLICT sees a row its snapshot does not
@c2 BEGIN;
@c2 SELECT count(*) FROM t WHERE k = 40;
@c1 INSERT INTO t VALUES (40, 'theirs', 1);
@c2 INSERT INTO t VALUES (40, 'ours', 1) ON CONFLICT (k) DO UPDATE SET n = t.n + 1 RETURNING *;
@c2 COMMIT;

-- a savepoint gives its locks back
@c1 BEGIN;
@c1 SAVEPOINT s;
@c1 UPDATE t SET n = 0 WHERE k = 1;
@c2 UPDATE t SET n = 77 WHERE k = 1 RETURNING n;
@c1 ROLLBACK TO s;
@c2 SELECT n FROM t WHERE k = 1;
@c1 UPDATE t SET n = n + 1 WHERE k = 1 RETURNING n;
@c1 COMMIT;

-- an error gives them back before ROLLBACK is sent
@c1 BEGIN;
@c1 UPDATE t SET n = 0 WHERE k = 1;
@c2 UPDATE t SET n = 80 WHERE k = 1 RETURNING n;
@c1 SELECT 1 / 0;
@c2 SELECT n FROM t WHERE k = 1;
@c1 COMMIT;

-- several waiters are served in the order they came
@c1 BEGIN;
@c1 UPDATE t SET v = 'c1' WHERE k = 1;
@c2 UPDATE t SET v = v || ' c2' WHERE k = 1;
@c3 UPDATE t SET v = v || ' c3' WHERE k = 1;
@c1 COMMIT;
@c3 SELECT v FROM t WHERE k = 1;
@c2 SELECT v FROM t WHERE k = 1;

-- lock_timeout
@c1 BEGIN;
@c1 UPDATE t SET n = 0 WHERE k = 1;
@c2 SET lock_timeout = '20ms';
@c2 UPDATE t SET n = 1 WHERE k = 1;
@c2 DELETE FROM t WHERE k = 1;
@c2 SELECT n FROM t WHERE k = 1;
@c2 UPDATE t SET n = 1 WHERE k = 11 RETURNING n;
@c1 INSERT INTO t VALUES (50, 'first');
@c2 INSERT INTO t VALUES (50, 'second');
@c2 INSERT INTO t VALUES (50, 'second') ON CONFLICT DO NOTHING;
@c2 BEGIN;
@c2 UPDATE t SET n = 1 WHERE k = 1;
@c2 SELECT 1;
@c2 ROLLBACK;
@c2 RESET lock_timeout;
@c1 ROLLBACK;
@c2 UPDATE t SET n = 1 WHERE k = 1 RETURNING n;

-- an idle transaction blocks nobody who wants other rows, nor readers, nor its own table's other keys
@c1 BEGIN;
@c1 SELECT * FROM t WHERE k = 1;
@c2 UPDATE t SET n = 2 WHERE k = 1 RETURNING n;
@c2 DELETE FROM t WHERE k = 40 RETURNING k;
@c2 INSERT INTO t VALUES (41, 'x') RETURNING k;
@c1 UPDATE t SET n = 3 WHERE k = 11;
@c2 UPDATE t SET n = n + 1 WHERE k <> 11 AND k < 3 RETURNING k;
@c3 BEGIN;
@c3 INSERT INTO t VALUES (42, 'y');
@c2 SELECT count(*) FROM t WHERE k > 40;
@c3 ROLLBACK;
@c1 ROLLBACK;

-- tables
@c1 BEGIN;
@c1 CREATE TABLE fresh (a int PRIMARY KEY);
@c2 SELECT * FROM fresh;
@c1 COMMIT;
@c2 SELECT * FROM fresh;
@c1 BEGIN;
@c1 INSERT INTO fresh VALUES (1);
@c2 DROP TABLE fresh;
@c1 COMMIT;
@c2 SELECT * FROM fresh;
@c1 CREATE TABLE fresh (a int PRIMARY KEY);
@c1 BEGIN;
@c1 DROP TABLE fresh;
--@count off
-- a reader of keywire waits for nobody: it reads the table as it was before the DROP that is not committed
@c2 SELECT * FROM fresh;
--@count on
@c1 ROLLBACK;
@c2 INSERT INTO fresh VALUES (1) RETURNING a;
@c1 BEGIN;
@c1 TRUNCATE fresh;
--@count off
-- and as it was before the TRUNCATE
@c2 SELECT * FROM fresh;
--@count on
@c1 COMMIT;
@c2 SELECT count(*) FROM fresh;

-- two sessions that wait for each other: the one that closes the circle is told
@c1 BEGIN;
@c2 BEGIN;
@c2 SET LOCAL deadlock_timeout = '10ms';
@c1 UPDATE t SET n = 1000 WHERE k = 1;
@c2 UPDATE t SET n = 2000 WHERE k = 11;
@c1 UPDATE t SET n = 1000 WHERE k = 11 RETURNING n;
@c2 UPDATE t SET n = 2000 WHERE k = 1;
@c2 SELECT 1;
@c2 ROLLBACK;
@c1 COMMIT;
@c2 SELECT k, n FROM t WHERE k IN (1, 11) ORDER BY k;
