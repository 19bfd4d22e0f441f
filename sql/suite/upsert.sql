-- INSERT ... ON CONFLICT: DO NOTHING and DO UPDATE, EXCLUDED beside the table's own row, conditions, targets, refusals.
-- Guards the most used write of a key-value store: which row wins, what is counted, and what is returned.

CREATE TABLE kv (k text PRIMARY KEY, v text, n int NOT NULL DEFAULT 0);
INSERT INTO kv VALUES ('a', 'one', 1) ON CONFLICT (k) DO UPDATE SET v = EXCLUDED.v;
INSERT INTO kv VALUES ('a', 'two', 2) ON CONFLICT (k) DO UPDATE SET v = EXCLUDED.v;
SELECT * FROM kv;
INSERT INTO kv VALUES ('a', 'three', 3) ON CONFLICT (k) DO UPDATE SET v = EXCLUDED.v, n = EXCLUDED.n RETURNING *;
INSERT INTO kv VALUES ('b', 'new', 5) ON CONFLICT (k) DO UPDATE SET v = 'old' RETURNING *;
INSERT INTO kv VALUES ('a', 'x') ON CONFLICT (k) DO NOTHING;
INSERT INTO kv VALUES ('a', 'x') ON CONFLICT (k) DO NOTHING RETURNING *;
INSERT INTO kv VALUES ('c', 'x') ON CONFLICT (k) DO NOTHING RETURNING *;
INSERT INTO kv VALUES ('a', 'x') ON CONFLICT DO NOTHING;
INSERT INTO kv VALUES ('d', 'x') ON CONFLICT DO NOTHING RETURNING k;
INSERT INTO kv VALUES ('a', 'x'), ('e', 'y'), ('b', 'z'), ('f', 'y') ON CONFLICT DO NOTHING RETURNING k, v;
SELECT * FROM kv ORDER BY k;

-- counters: the row's own columns and EXCLUDED's
INSERT INTO kv VALUES ('hits', NULL, 1) ON CONFLICT (k) DO UPDATE SET n = kv.n + 1 RETURNING n;
INSERT INTO kv VALUES ('hits', NULL, 1) ON CONFLICT (k) DO UPDATE SET n = kv.n + 1 RETURNING n;
INSERT INTO kv VALUES ('hits', NULL, 10) ON CONFLICT (k) DO UPDATE SET n = kv.n + EXCLUDED.n RETURNING n;
INSERT INTO kv AS old VALUES ('hits', NULL, 100) ON CONFLICT (k) DO UPDATE SET n = old.n + EXCLUDED.n RETURNING old.n;
INSERT INTO kv AS old VALUES ('hits', NULL, 1) ON CONFLICT (k) DO UPDATE SET n = kv.n + 1;
INSERT INTO kv VALUES ('hits', NULL, 1) ON CONFLICT (k) DO UPDATE SET n = n + 1;
INSERT INTO kv VALUES ('hits', 'x', 2147483647) ON CONFLICT (k) DO UPDATE SET n = kv.n + EXCLUDED.n;
INSERT INTO kv VALUES ('hits', 'x', 7) ON CONFLICT (k) DO UPDATE SET v = coalesce(kv.v, '') || EXCLUDED.v || kv.n::text, n = EXCLUDED.n RETURNING *;
INSERT INTO kv VALUES ('hits', 'y', 8) ON CONFLICT (k) DO UPDATE SET (v, n) = (EXCLUDED.v, kv.n + EXCLUDED.n) RETURNING *;
INSERT INTO kv VALUES ('hits', 'y', 8) ON CONFLICT (k) DO UPDATE SET (v, n) = ROW (EXCLUDED.k, 1) RETURNING *;
INSERT INTO kv (k, v) VALUES ('hits', 'defaults') ON CONFLICT (k) DO UPDATE SET v = EXCLUDED.v, n = EXCLUDED.n RETURNING *;
INSERT INTO kv (k) VALUES ('hits') ON CONFLICT (k) DO UPDATE SET v = EXCLUDED.v RETURNING *;

-- WHERE decides whether the row is touched, and an untouched row is not returned
INSERT INTO kv VALUES ('hits', 'w', 1) ON CONFLICT (k) DO UPDATE SET n = EXCLUDED.n WHERE kv.n < EXCLUDED.n RETURNING n;
INSERT INTO kv VALUES ('hits', 'w', 1) ON CONFLICT (k) DO UPDATE SET n = EXCLUDED.n WHERE kv.n < EXCLUDED.n RETURNING n;
INSERT INTO kv VALUES ('hits', 'w', 0) ON CONFLICT (k) DO UPDATE SET n = EXCLUDED.n WHERE kv.n < EXCLUDED.n;
INSERT INTO kv VALUES ('hits', NULL, 0) ON CONFLICT (k) DO UPDATE SET n = 77 WHERE EXCLUDED.v = 'w';
INSERT INTO kv VALUES ('hits', 'w', 0), ('fresh', 'w', 1) ON CONFLICT (k) DO UPDATE SET n = 77 WHERE false RETURNING k;
INSERT INTO kv VALUES ('hits', 'w', 0) ON CONFLICT (k) DO UPDATE SET n = 77 WHERE kv.v IS NULL RETURNING *;
INSERT INTO kv VALUES ('hits', 'w', 0) ON CONFLICT (k) DO UPDATE SET n = 78 WHERE NULL;
INSERT INTO kv VALUES ('hits', 'w', 0) ON CONFLICT (k) DO UPDATE SET n = 78 WHERE 1;
SELECT * FROM kv WHERE k IN ('hits', 'fresh') ORDER BY k;

-- the update may change the key, and may then collide itself
INSERT INTO kv VALUES ('a', 'x') ON CONFLICT (k) DO UPDATE SET k = 'moved' RETURNING *;
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO UPDATE SET k = 'moved';
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO UPDATE SET k = NULL;
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO UPDATE SET n = NULL;
SELECT k FROM kv ORDER BY k;

-- a proposed row must be valid even if it is not stored
INSERT INTO kv VALUES (NULL, 'x') ON CONFLICT DO NOTHING;
INSERT INTO kv VALUES ('b', 'x', NULL) ON CONFLICT DO NOTHING;
INSERT INTO kv VALUES ('b', 'x', NULL) ON CONFLICT (k) DO UPDATE SET v = 'y';

-- the same key twice in one statement
INSERT INTO kv VALUES ('twice', '1'), ('twice', '2') ON CONFLICT (k) DO UPDATE SET v = EXCLUDED.v;
INSERT INTO kv VALUES ('b', '1'), ('b', '2') ON CONFLICT (k) DO UPDATE SET v = EXCLUDED.v;
INSERT INTO kv VALUES ('twice', '1'), ('twice', '2') ON CONFLICT (k) DO NOTHING RETURNING *;
INSERT INTO kv VALUES ('b', '1'), ('b', '2') ON CONFLICT (k) DO UPDATE SET v = EXCLUDED.v WHERE kv.v = 'nothing';
SELECT k, v FROM kv WHERE k IN ('twice', 'b') ORDER BY k;

-- targets
CREATE TABLE pair (a int, b int, v text, CONSTRAINT pair_is_key PRIMARY KEY (a, b));
INSERT INTO pair VALUES (1, 1, 'x'), (1, 2, 'y');
INSERT INTO pair VALUES (1, 1, 'z') ON CONFLICT (a, b) DO UPDATE SET v = EXCLUDED.v RETURNING *;
INSERT INTO pair VALUES (1, 2, 'z') ON CONFLICT (b, a) DO UPDATE SET v = pair.v || EXCLUDED.v RETURNING *;
INSERT INTO pair VALUES (1, 2, 'z') ON CONFLICT (b, a, b) DO NOTHING;
INSERT INTO pair VALUES (1, 3, 'z') ON CONFLICT (a) DO NOTHING;
INSERT INTO pair VALUES (1, 3, 'z') ON CONFLICT (b) DO NOTHING;
INSERT INTO pair VALUES (1, 3, 'z') ON CONFLICT (a, v) DO NOTHING;
INSERT INTO pair VALUES (1, 3, 'z') ON CONFLICT (a, b, v) DO NOTHING;
INSERT INTO pair VALUES (1, 3, 'z') ON CONFLICT (nosuch) DO NOTHING;
INSERT INTO pair VALUES (1, 1, 'named') ON CONFLICT ON CONSTRAINT pair_is_key DO UPDATE SET v = EXCLUDED.v RETURNING v;
INSERT INTO pair VALUES (1, 1, 'named') ON CONFLICT ON CONSTRAINT pair_pkey DO NOTHING;
INSERT INTO pair VALUES (1, 1, 'named') ON CONFLICT ON CONSTRAINT kv_pkey DO NOTHING;
INSERT INTO kv VALUES ('b', 'by name') ON CONFLICT ON CONSTRAINT kv_pkey DO UPDATE SET v = EXCLUDED.v RETURNING v;
INSERT INTO kv VALUES ('b', 'nothing') ON CONFLICT ON CONSTRAINT kv_pkey DO NOTHING;
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (v) DO NOTHING;
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (v) DO UPDATE SET v = 'x';
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT DO UPDATE SET v = 'x';
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT () DO NOTHING;
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k);
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO;
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO UPDATE;
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO UPDATE SET;
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO DELETE;
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO NOTHING DO NOTHING;
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (kv.k) DO NOTHING;
CREATE TABLE keyless (a int, b int);
INSERT INTO keyless VALUES (1, 1) ON CONFLICT DO NOTHING;
INSERT INTO keyless VALUES (1, 1) ON CONFLICT DO NOTHING RETURNING *;
INSERT INTO keyless VALUES (1, 1) ON CONFLICT (a) DO NOTHING;

-- names inside
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO UPDATE SET nosuch = 1;
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO UPDATE SET v = EXCLUDED.nosuch;
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO UPDATE SET v = other.v;
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO UPDATE SET v = 'x', v = 'y';
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO UPDATE SET kv.v = 'x';
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO UPDATE SET EXCLUDED.v = 'x';
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO UPDATE SET v = v;
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO UPDATE SET v = excluded.V RETURNING v;
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO UPDATE SET v = "excluded".v RETURNING v;
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO UPDATE SET v = "EXCLUDED".v;
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO UPDATE SET n = 'x';
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO UPDATE SET n = EXCLUDED.v;
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO UPDATE SET n = 1 / 0;
INSERT INTO kv VALUES ('not there', 'x', 1) ON CONFLICT (k) DO UPDATE SET n = 1 / kv.n;
INSERT INTO kv VALUES ('b', 'x') ON CONFLICT (k) DO UPDATE SET n = count(*);

-- from a SELECT, and with parameters
INSERT INTO kv SELECT k, v, n + 1000 FROM kv WHERE k < 'd' ON CONFLICT (k) DO UPDATE SET n = EXCLUDED.n RETURNING k, n;
INSERT INTO kv (k, v) SELECT k || '2', v FROM kv WHERE k IN ('b', 'c') ON CONFLICT (k) DO UPDATE SET v = EXCLUDED.v RETURNING k, v;
INSERT INTO kv (k, v) SELECT k, 'again' FROM kv WHERE k IN ('b', 'c') ON CONFLICT DO NOTHING;
--@bind ["b", "bound", "5"]
INSERT INTO kv VALUES ($1, $2, $3) ON CONFLICT (k) DO UPDATE SET v = EXCLUDED.v, n = kv.n + EXCLUDED.n RETURNING k, v;
--@bind ["b", "again"]
INSERT INTO kv (k, v) VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET v = $2 || kv.v WHERE kv.v <> $2 RETURNING v;
--@bind ["b", "7"]
INSERT INTO kv (k, n) VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET n = $2 + 1 RETURNING n;
