-- Jobs: each has a state, and it changes only from the state the client believes it to be in (compare and set).

CREATE TABLE jobs (
  queue    text,
  id       int,
  state    varchar(8) NOT NULL DEFAULT 'ready',
  owner    text,
  attempts smallint NOT NULL DEFAULT 0,
  payload  jsonb,
  result   bytea,
  PRIMARY KEY (queue, id)
);
INSERT INTO jobs (queue, id, payload) VALUES ('mail', 1, '{"to": "ann"}'), ('mail', 2, '{"to": "bob"}'), ('mail', 3, '{"to": "cyd"}'), ('print', 1, '{"copies": 2}');

-- Which are ready?
SELECT id, payload ->> 'to' AS recipient FROM jobs WHERE queue = 'mail' AND state = 'ready' ORDER BY id LIMIT 2;

-- Take one. Whoever gets the row back owns the job; the others get none and try the next.
UPDATE jobs SET state = 'running', owner = 'worker-1', attempts = attempts + 1 WHERE queue = 'mail' AND id = 1 AND state = 'ready' RETURNING id, attempts;
UPDATE jobs SET state = 'running', owner = 'worker-2', attempts = attempts + 1 WHERE queue = 'mail' AND id = 1 AND state = 'ready' RETURNING id, attempts;
UPDATE jobs SET state = 'running', owner = 'worker-2', attempts = attempts + 1 WHERE queue = 'mail' AND id = 2 AND state = 'ready' RETURNING id, attempts;

-- Finish it: only the owner can.
UPDATE jobs SET state = 'done', result = '\xc0ffee' WHERE queue = 'mail' AND id = 1 AND state = 'running' AND owner = 'worker-2' RETURNING id;
UPDATE jobs SET state = 'done', result = '\xc0ffee' WHERE queue = 'mail' AND id = 1 AND state = 'running' AND owner = 'worker-1' RETURNING id, encode(result, 'hex');

-- It failed: back to ready, unless it was tried too often.
UPDATE jobs SET state = CASE WHEN attempts < 3 THEN 'ready' ELSE 'failed' END, owner = NULL WHERE queue = 'mail' AND id = 2 AND owner = 'worker-2' RETURNING id, state, attempts;
UPDATE jobs SET attempts = 3, state = 'running', owner = 'worker-2' WHERE queue = 'mail' AND id = 2;
UPDATE jobs SET state = CASE WHEN attempts < 3 THEN 'ready' ELSE 'failed' END, owner = NULL WHERE queue = 'mail' AND id = 2 AND owner = 'worker-2' RETURNING id, state, attempts;

-- Two steps that belong together, and what is left of them when the second cannot be made.
BEGIN;
UPDATE jobs SET state = 'done' WHERE queue = 'mail' AND id = 3;
INSERT INTO jobs (queue, id) VALUES ('print', 1);
ROLLBACK;
SELECT state FROM jobs WHERE queue = 'mail' AND id = 3;
BEGIN;
UPDATE jobs SET state = 'done' WHERE queue = 'mail' AND id = 3;
SAVEPOINT before_next;
INSERT INTO jobs (queue, id) VALUES ('print', 1);
ROLLBACK TO before_next;
INSERT INTO jobs (queue, id) VALUES ('print', 2);
COMMIT;
SELECT queue, id, state FROM jobs ORDER BY queue, id;

-- An overview, and the end of what is done.
SELECT queue, state, count(*) FROM jobs GROUP BY queue, state ORDER BY queue, state;
DELETE FROM jobs WHERE state = 'done' RETURNING queue, id;
