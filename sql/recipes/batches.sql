-- Batches: many keys in one statement, one round trip and one commit.

CREATE TABLE kv (key text PRIMARY KEY, value text);

-- Write many.
INSERT INTO kv VALUES ('a', '1'), ('b', '2'), ('c', '3'), ('d', '4');

-- Write many, whatever is there already.
INSERT INTO kv VALUES ('c', '30'), ('d', '40'), ('e', '50')
ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
RETURNING key, value;

-- Write only those that are not there. What comes back was stored.
INSERT INTO kv VALUES ('a', 'x'), ('f', '60') ON CONFLICT DO NOTHING RETURNING key;

-- Read many. A key that is not there gives no row, and a key that is named twice gives one.
SELECT key, value FROM kv WHERE key IN ('a', 'c', 'nothing', 'a') ORDER BY key;

-- Read many by a list: from a program this is one parameter, whatever the number of keys.
SELECT key, value FROM kv WHERE key = ANY ('{b,d,nothing}') ORDER BY key;

-- Prepared once, and used as often as you like.
PREPARE multi_get AS SELECT key, value FROM kv WHERE key = ANY ($1) ORDER BY key;
EXECUTE multi_get('{a,e}');
EXECUTE multi_get('{}');
EXECUTE multi_get(ARRAY['f', 'a,b']);
DEALLOCATE multi_get;

-- Keys of two parts.
CREATE TABLE kv2 (tenant int, key text, value text, PRIMARY KEY (tenant, key));
INSERT INTO kv2 VALUES (1, 'a', '1a'), (1, 'b', '1b'), (2, 'a', '2a');
SELECT value FROM kv2 WHERE (tenant, key) IN ((1, 'b'), (2, 'a'), (3, 'c')) ORDER BY tenant, key;

-- Copy many from one table to another.
INSERT INTO kv2 SELECT 9, key, value FROM kv WHERE key < 'c' RETURNING *;

-- All or nothing: one wrong row, and none is stored.
INSERT INTO kv VALUES ('g', '70'), ('a', 'again');
SELECT count(*) FROM kv WHERE key = 'g';

-- Several statements in one message are one transaction as well.
INSERT INTO kv VALUES ('h', '80')\; UPDATE kv SET value = '81' WHERE key = 'h'\; SELECT value FROM kv WHERE key = 'h';
INSERT INTO kv VALUES ('i', '90')\; INSERT INTO kv VALUES ('a', 'again');
SELECT count(*) FROM kv WHERE key = 'i';

-- Change and delete many.
UPDATE kv SET value = value || '!' WHERE key IN ('a', 'b') RETURNING key, value;
DELETE FROM kv WHERE key = ANY ('{c,d,nothing}') RETURNING key;
DELETE FROM kv WHERE key <> ALL ('{a,b}') RETURNING key;
SELECT * FROM kv ORDER BY key;
