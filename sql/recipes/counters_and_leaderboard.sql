-- Counters that many clients raise at once, and a leaderboard over them.

CREATE TABLE counters (name text PRIMARY KEY, n bigint NOT NULL);

-- Count. The first time the counter is made, every other time it is raised; no client can lose another's step.
INSERT INTO counters VALUES ('visits:/home', 1) ON CONFLICT (name) DO UPDATE SET n = counters.n + EXCLUDED.n RETURNING n;
INSERT INTO counters VALUES ('visits:/home', 1) ON CONFLICT (name) DO UPDATE SET n = counters.n + EXCLUDED.n RETURNING n;
INSERT INTO counters VALUES ('visits:/home', 5) ON CONFLICT (name) DO UPDATE SET n = counters.n + EXCLUDED.n RETURNING n;
INSERT INTO counters VALUES ('visits:/about', 1) ON CONFLICT (name) DO UPDATE SET n = counters.n + EXCLUDED.n RETURNING n;

-- A counter that is there is raised by an UPDATE as well.
UPDATE counters SET n = n + 1 WHERE name = 'visits:/about' RETURNING n;

-- Take from a stock, but never below nothing: no row comes back when there is not enough.
INSERT INTO counters VALUES ('stock:cup', 3);
UPDATE counters SET n = n - 2 WHERE name = 'stock:cup' AND n >= 2 RETURNING n;
UPDATE counters SET n = n - 2 WHERE name = 'stock:cup' AND n >= 2 RETURNING n;

-- A limit of requests per minute: the minute is part of the name, and the answer says whether there is room.
INSERT INTO counters VALUES ('limit:ann:2024-05-01T10:00', 1) ON CONFLICT (name) DO UPDATE SET n = counters.n + 1 WHERE counters.n < 2 RETURNING n;
INSERT INTO counters VALUES ('limit:ann:2024-05-01T10:00', 1) ON CONFLICT (name) DO UPDATE SET n = counters.n + 1 WHERE counters.n < 2 RETURNING n;
INSERT INTO counters VALUES ('limit:ann:2024-05-01T10:00', 1) ON CONFLICT (name) DO UPDATE SET n = counters.n + 1 WHERE counters.n < 2 RETURNING n;

-- All counters of a kind.
SELECT name, n FROM counters WHERE name LIKE 'visits:%' ORDER BY name;
SELECT sum(n) AS visits FROM counters WHERE name LIKE 'visits:%';

-- A leaderboard: the best score of each player in each game.
CREATE TABLE scores (game text, player text, score int NOT NULL, at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (game, player));
INSERT INTO scores (game, player, score) VALUES ('chess', 'ann', 1500), ('chess', 'bob', 1710), ('chess', 'cyd', 1500), ('go', 'ann', 7);

-- A new score counts only if it is better.
INSERT INTO scores (game, player, score) VALUES ('chess', 'ann', 1400) ON CONFLICT (game, player) DO UPDATE SET score = EXCLUDED.score, at = now() WHERE scores.score < EXCLUDED.score RETURNING score;
INSERT INTO scores (game, player, score) VALUES ('chess', 'ann', 1800) ON CONFLICT (game, player) DO UPDATE SET score = EXCLUDED.score, at = now() WHERE scores.score < EXCLUDED.score RETURNING score;

-- The best of a game, and a player's place in it.
SELECT player, score FROM scores WHERE game = 'chess' ORDER BY score DESC, player LIMIT 2;
SELECT count(*) + 1 AS place FROM scores WHERE game = 'chess' AND score > 1500;
SELECT game, max(score) AS best, count(*) AS players, round(avg(score), 1) AS average FROM scores GROUP BY game ORDER BY game;
