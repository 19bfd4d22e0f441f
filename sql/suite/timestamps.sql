-- timestamptz: input forms, zones, SET TIME ZONE, daylight saving, microseconds, infinity, the edges of the range, now().
-- Guards the moment a value means, whatever zone it is written and shown in.

SHOW TimeZone;
SELECT '2024-01-02 03:04:05+00'::timestamptz, '2024-01-02 03:04:05'::timestamptz, '2024-01-02'::timestamptz, '2024-01-02T03:04:05Z'::timestamptz, '2024-01-02t03:04:05z'::timestamptz, '20240102T030405Z'::timestamptz, '2024-01-02 03:04'::timestamptz, timestamptz '2024-01-02 03:04:05+02', timestamp with time zone '2024-01-02 03:04:05-08';
SELECT '2024-01-02 03:04:05+02:30'::timestamptz, '2024-01-02 03:04:05-0330'::timestamptz, '2024-01-02 03:04:05 +5'::timestamptz, '2024-01-02 03:04:05 UTC'::timestamptz, '2024-01-02 03:04:05 Europe/Berlin'::timestamptz, '2024-07-02 03:04:05 America/New_York'::timestamptz, '2024-01-02 03:04:05 GMT'::timestamptz, '2024-01-02 03:04:05 Z'::timestamptz;
SELECT '2024-01-02 03:04:05 EST'::timestamptz, '2024-07-02 03:04:05 CEST'::timestamptz;
SELECT '2024-01-02 03:04:05.1+00'::timestamptz, '2024-01-02 03:04:05.123456+00'::timestamptz, '2024-01-02 03:04:05.1234567+00'::timestamptz, '2024-01-02 03:04:05.9999995+00'::timestamptz, '2024-01-02 03:04:05.000001+00'::timestamptz, '2024-01-02 03:04:05.100000+00'::timestamptz, '2024-12-31 23:59:59.9999999+00'::timestamptz;
SELECT '2024-01-02 3:4:5+00'::timestamptz, '2024-1-2 03:04:05+00'::timestamptz, '  2024-01-02 03:04:05+00  '::timestamptz, '2024-01-02 24:00:00+00'::timestamptz, '2024-01-02 23:59:60+00'::timestamptz;
SELECT 'Jan 2 2024 03:04:05+00'::timestamptz, '2 January 2024 03:04:05 UTC'::timestamptz, '2024-Jan-02 03:04:05+00'::timestamptz;
SELECT '01/02/2024 03:04:05+00'::timestamptz, '1/2/2024'::timestamptz;
SELECT '2024-01-02 03:04:05 PM UTC'::timestamptz, '2024-01-02 12:04 AM'::timestamptz;
SELECT '2024-02-29 00:00:00+00'::timestamptz, '2000-02-29 00:00:00+00'::timestamptz, '1970-01-01 00:00:00+00'::timestamptz, '1969-12-31 23:59:59.999999+00'::timestamptz, '2000-01-01 00:00:00+00'::timestamptz, '1999-12-31 23:59:59.5+00'::timestamptz, '1900-01-01 00:00:00+00'::timestamptz, '1582-10-15 00:00:00+00'::timestamptz;
SELECT 'infinity'::timestamptz, '-infinity'::timestamptz, 'Infinity'::timestamptz, 'epoch'::timestamptz, '0001-01-01 00:00:00+00'::timestamptz, '0001-01-01 00:00:00+00 BC'::timestamptz, '4714-11-24 00:00:00+00 BC'::timestamptz, '294276-12-31 23:59:59.999999+00'::timestamptz, '10000-01-01 00:00:00+00'::timestamptz;
SELECT '2024-13-01'::timestamptz;
SELECT '2024-02-30'::timestamptz;
SELECT '2023-02-29'::timestamptz;
SELECT '2024-01-02 25:00:00'::timestamptz;
SELECT '2024-01-02 24:00:01'::timestamptz;
SELECT '2024-01-02 03:60:00'::timestamptz;
SELECT '2024-01-02 03:04:61'::timestamptz;
SELECT '294277-01-01 00:00:00+00'::timestamptz;
SELECT '4714-11-23 23:59:59+00 BC'::timestamptz;
SELECT '0000-01-01'::timestamptz;
SELECT '2024-01-02 03:04:05+16'::timestamptz;
SELECT '2024-01-02 03:04:05 Nowhere/City'::timestamptz;
SELECT ''::timestamptz;
SELECT 'nonsense'::timestamptz;
SELECT '2024'::timestamptz;
SELECT '2024-01'::timestamptz;
SELECT '12:00:00'::timestamptz;
SELECT 'infinit'::timestamptz;

-- zones: how values are read and shown
SET TIME ZONE 'Europe/Berlin';
SHOW TIME ZONE;
SELECT '2024-01-02 03:04:05'::timestamptz, '2024-07-02 03:04:05'::timestamptz, '2024-07-02 03:04:05+00'::timestamptz, '2024-07-02'::timestamptz, '1900-01-01 00:00:00+00'::timestamptz, 'infinity'::timestamptz, '0044-03-15 12:00:00+00 BC'::timestamptz;
SELECT '2024-03-31 01:59:59'::timestamptz, '2024-03-31 02:00:00'::timestamptz, '2024-03-31 02:30:00'::timestamptz, '2024-03-31 03:00:00'::timestamptz;
SELECT '2024-10-27 01:59:59'::timestamptz, '2024-10-27 02:30:00'::timestamptz, '2024-10-27 03:00:00'::timestamptz, '2024-10-27 00:30:00+00'::timestamptz, '2024-10-27 01:30:00+00'::timestamptz;
SELECT '2024-07-02 03:04:05+02' = '2024-07-02 03:04:05'::timestamptz, '2024-07-02 01:04:05Z'::timestamptz::text, 'at ' || '2024-01-02 00:00:00+00'::timestamptz;
SET TimeZone = 'America/New_York';
SELECT '2024-01-02 03:04:05'::timestamptz, '2024-07-02 03:04:05'::timestamptz, '2024-03-10 02:30:00'::timestamptz, '2024-11-03 01:30:00'::timestamptz, '1883-11-18 12:00:00+00'::timestamptz;
SET TimeZone TO 'Asia/Kolkata';
SELECT '2024-01-02 00:00:00+00'::timestamptz, '2024-01-02 00:00:00'::timestamptz;
SET TIME ZONE 'UTC';
SELECT '2024-01-02 00:00:00+01'::timestamptz;
SET TIME ZONE 2;
SHOW TimeZone;
SELECT '2024-01-02 00:00:00+00'::timestamptz;
SET TIME ZONE -5.5;
SHOW TimeZone;
SELECT '2024-01-02 00:00:00+00'::timestamptz;
SET TimeZone = '+03:00';
SHOW TimeZone;
SELECT '2024-01-02 00:00:00+00'::timestamptz;
SET TimeZone = '<+04>-04';
SELECT '2024-01-02 00:00:00+00'::timestamptz;
SET TimeZone = 'utc';
SHOW TimeZone;
SET TimeZone = 'europe/berlin';
SHOW TimeZone;
SELECT '2024-07-02 00:00:00+00'::timestamptz;
SET TimeZone = 'Nowhere/City';
SET TimeZone = '';
SET TIME ZONE 'nonsense';
SHOW TimeZone;
SET TIME ZONE LOCAL;
SHOW TimeZone;
SET TIME ZONE 'Europe/Berlin';
SET TIME ZONE DEFAULT;
SHOW TimeZone;
BEGIN;
SET LOCAL TIME ZONE 'America/New_York';
SELECT '2024-01-02 00:00:00+00'::timestamptz;
COMMIT;
SELECT '2024-01-02 00:00:00+00'::timestamptz;

-- comparison
SELECT '2024-01-02 00:00:00+00'::timestamptz = '2024-01-02 01:00:00+01'::timestamptz, '2024-01-02'::timestamptz < '2024-01-03', 'infinity'::timestamptz > '294276-01-01'::timestamptz, '-infinity'::timestamptz < '4714-11-24 00:00:00+00 BC'::timestamptz, 'infinity'::timestamptz = 'infinity', '2024-01-02'::timestamptz <> '2024-01-02 00:00:00.000001+00', '2024-01-02'::timestamptz BETWEEN '2024-01-01' AND '2024-01-03';
SELECT greatest('2024-01-01 00:00:00+00'::timestamptz, '2024-01-02 00:00:00+00'), least('infinity'::timestamptz, '2024-01-02 00:00:00+00'), coalesce(NULL, '2024-01-02 00:00:00+00'::timestamptz), nullif('2024-01-02 00:00:00+00'::timestamptz, '2024-01-02 00:00:00+00');
SELECT '2024-01-02'::timestamptz = 1;
SELECT '2024-01-02'::timestamptz = '2024-01-02'::text;
SELECT '2024-01-02'::timestamptz < 'nonsense';
SELECT '2024-01-02'::timestamptz + 1;
SELECT '2024-01-02'::timestamptz || 1;
SELECT '2024-01-02 03:04:05+00'::timestamptz::text, '2024-01-02 03:04:05+00'::text::timestamptz, '2024-01-02 03:04:05+00'::varchar::timestamptz, '2024-01-02 03:04:05+00'::timestamptz::varchar(10), length('2024-01-02 03:04:05.5+00'::timestamptz::text);
SELECT '2024-01-02 03:04:05+00'::timestamptz::int;
SELECT '2024-01-02 03:04:05+00'::timestamptz::boolean;
SELECT 1::timestamptz;
SELECT '2024-01-02 03:04:05+00'::timestamptz::jsonb;
SELECT upper('2024-01-02'::timestamptz);

-- the clock
SELECT now(), current_timestamp, transaction_timestamp(), statement_timestamp(), clock_timestamp();
SELECT now() = current_timestamp, now() <= statement_timestamp(), statement_timestamp() <= clock_timestamp(), now() = transaction_timestamp(), now() > '2024-01-01 00:00:00+00', now() < 'infinity', clock_timestamp() = clock_timestamp() IS NULL;
SELECT now() IS NOT NULL AS "IsThere", current_timestamp AS ts, CURRENT_TIMESTAMP;
SELECT now(1);
SELECT current_timestamp();
SELECT now;
CREATE TABLE clock (k int PRIMARY KEY, a timestamptz, b timestamptz);
BEGIN;
INSERT INTO clock VALUES (1, now(), clock_timestamp());
INSERT INTO clock VALUES (2, now(), statement_timestamp());
SELECT count(DISTINCT a), bool_and(a <= b) FROM clock;
COMMIT;
INSERT INTO clock VALUES (3, now(), current_timestamp);
SELECT count(DISTINCT a), bool_and(a <= b) FROM clock;
SELECT k FROM clock WHERE a = b;
SELECT k FROM clock WHERE a <= now() ORDER BY k;
SELECT k FROM clock WHERE a > current_timestamp;

-- columns
CREATE TABLE ts (k int PRIMARY KEY, at timestamptz NOT NULL);
INSERT INTO ts VALUES (1, '2024-01-02 00:00:00+00'), (2, 'infinity'), (3, '-infinity'), (4, '2024-01-01 23:00:00-02'), (5, '1960-01-01'), (6, '2024-01-02 00:00:00.000001Z');
INSERT INTO ts VALUES (7, 'nonsense');
INSERT INTO ts VALUES (7, '2024-02-30');
INSERT INTO ts VALUES (7, 0);
INSERT INTO ts VALUES (7, '2024-01-02'::text);
SELECT * FROM ts ORDER BY at, k;
SELECT k FROM ts WHERE at = '2024-01-02 01:00:00+01';
SELECT k FROM ts WHERE at > '2024-01-02' ORDER BY k;
SELECT k FROM ts WHERE at BETWEEN '2024-01-01' AND '2024-01-02' ORDER BY k;
SELECT k FROM ts WHERE at IN ('2024-01-02', 'infinity') ORDER BY k;
SELECT min(at), max(at), count(DISTINCT at) FROM ts;
SELECT at FROM ts WHERE at < 'infinity' ORDER BY at DESC LIMIT 1;
SET TIME ZONE 'Europe/Berlin';
SELECT * FROM ts ORDER BY k;
SELECT k FROM ts WHERE at = '2024-01-02 01:00:00';
UPDATE ts SET at = '2024-06-01 12:00' WHERE k = 5 RETURNING at;
RESET TimeZone;
SELECT at FROM ts WHERE k = 5;
--@bind ["2024-01-02 00:00:00+00"]
SELECT k FROM ts WHERE at = $1;
--@bind ["2024-01-01", "2024-01-03"]
SELECT k FROM ts WHERE at >= $1 AND at < $2 ORDER BY k;
--@bind ["8", "2024-05-05 05:05:05.555555+05"]
INSERT INTO ts VALUES ($1, $2) RETURNING at;
--@bind ["nonsense"]
SELECT k FROM ts WHERE at = $1;
