-- Telemetry: readings of many devices over time.
--
-- The key is (device, at). All readings of a device lie together and in order of time, so "the latest", "since" and
-- "between" are short walks within one device.

CREATE TABLE readings (
  device  text,
  at      timestamptz,
  celsius double precision,
  extra   jsonb,
  PRIMARY KEY (device, at)
);

-- Write many readings at once. A device that sends one twice does no harm.
INSERT INTO readings (device, at, celsius) VALUES
  ('door-1', '2024-05-01 10:00:00+00', 20.5),
  ('door-1', '2024-05-01 10:01:00+00', 20.75),
  ('door-1', '2024-05-01 10:02:00+00', 21),
  ('roof-7', '2024-05-01 10:00:30+00', -3.25),
  ('roof-7', '2024-05-01 12:01:30+02', -3.5)
ON CONFLICT DO NOTHING;
INSERT INTO readings (device, at, celsius) VALUES ('door-1', '2024-05-01 12:02:00+02', 99), ('door-1', '2024-05-01 10:03:00+00', 21.5)
ON CONFLICT DO NOTHING RETURNING at;

-- The latest reading of a device.
SELECT at, celsius FROM readings WHERE device = 'door-1' ORDER BY at DESC LIMIT 1;

-- Since a moment, and between two: the first included, the second not.
SELECT at, celsius FROM readings WHERE device = 'door-1' AND at >= '2024-05-01 10:02:00+00' ORDER BY at;
SELECT at, celsius FROM readings WHERE device = 'door-1' AND at >= '2024-05-01 10:00:00+00' AND at < '2024-05-01 10:02:00+00' ORDER BY at;

-- Sums over a device or over all.
SELECT count(*), min(celsius), max(celsius), avg(celsius) FROM readings WHERE device = 'door-1';
SELECT device, count(*), min(at) AS first, max(at) AS last FROM readings GROUP BY device ORDER BY device;
SELECT device, avg(celsius) AS mean FROM readings GROUP BY device HAVING avg(celsius) < 0;

-- A client that reads on from where it stopped.
SELECT device, at FROM readings ORDER BY device, at LIMIT 3;
SELECT device, at FROM readings WHERE (device, at) > ('door-1', '2024-05-01 10:02:00+00') ORDER BY device, at LIMIT 3;

-- Correct one reading, with a note.
UPDATE readings SET celsius = -2.5, extra = '{"corrected": true}' WHERE device = 'roof-7' AND at = '2024-05-01 10:00:30+00' RETURNING celsius, extra;

-- Times are moments: shown in the zone the client asks for.
SET TIME ZONE 'Europe/Berlin';
SELECT at FROM readings WHERE device = 'roof-7' ORDER BY at;
RESET TIME ZONE;

-- Keep a window: drop what is older.
DELETE FROM readings WHERE device = 'door-1' AND at < '2024-05-01 10:02:00+00' RETURNING at;
SELECT count(*) FROM readings;
