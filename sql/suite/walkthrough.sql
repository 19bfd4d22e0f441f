-- The walkthrough of the product, word for word, as a newcomer types it, and then with parameters as a program sends it.
-- Guards the first five minutes: each statement of the introduction works, and what it changed can be seen.

CREATE TABLE kvstore (key VARCHAR, value VARCHAR, PRIMARY KEY(key));
SELECT * FROM kvstore;
INSERT INTO kvstore VALUES ('user1.name', 'John Wick'), ('user1.country', 'USA'), ('user2.name', 'Harry Potter'), ('user2.country', 'UK');
SELECT * FROM kvstore;
SELECT * FROM kvstore ORDER BY key;
SELECT value FROM kvstore WHERE key = 'user1.name';
SELECT value FROM kvstore WHERE key = 'user3.name';
SELECT key, value FROM kvstore WHERE key LIKE 'user2.%' ORDER BY key;
INSERT INTO kvstore(key, value) VALUES('user1.name', 'Jack Ryan') ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value;
SELECT value FROM kvstore WHERE key = 'user1.name';
INSERT INTO kvstore(key, value) VALUES('user1.name', 'Nobody');
SELECT value FROM kvstore WHERE key = 'user1.name';
DELETE FROM kvstore WHERE key = 'user1.name';
SELECT value FROM kvstore WHERE key = 'user1.name';
DELETE FROM kvstore WHERE key = 'user1.name';
SELECT count(*) FROM kvstore;
INSERT INTO kvstore(key, value) VALUES('user1.name', 'Jack Ryan') ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value;
SELECT key, value FROM kvstore ORDER BY key DESC;
--@bind ["user1.name"]
SELECT value FROM kvstore WHERE key = $1;
--@bind ["user3.name", "James Bond"]
INSERT INTO kvstore VALUES ($1, $2);
SELECT value FROM kvstore WHERE key IN ('user1.name', 'user2.name', 'user3.name') ORDER BY 1;
DROP TABLE kvstore;
SELECT value FROM kvstore WHERE key = 'user1.name';
