-- count, sum, avg, min, max, bool_and and bool_or; GROUP BY and HAVING; the grouping rules.
-- Guards the types of sums, what aggregates make of nulls and of no rows at all, and each 42803.

CREATE TABLE s (k int PRIMARY KEY, g text, h boolean, i2 smallint, i4 int, i8 bigint, f double precision, n numeric, at timestamptz, id uuid);
SELECT count(*), count(k), sum(k), avg(k), min(k), max(k), bool_and(h), bool_or(h) FROM s;
SELECT count(*) FROM s GROUP BY g;
SELECT sum(k) FROM s HAVING count(*) > 0;
SELECT 1 FROM s HAVING true;
SELECT 1 FROM s HAVING false;
INSERT INTO s VALUES
  (1, 'x', true, 1, 10, 100, 0.5, 1.50, '2024-01-01 00:00:00+00', '00000000-0000-0000-0000-000000000001'),
  (2, 'x', false, 2, 20, 200, 1.5, 2.5, '2023-01-01 00:00:00+00', '00000000-0000-0000-0000-000000000002'),
  (3, 'y', true, 32767, 2147483647, 9223372036854775807, 2.25, 3, NULL, NULL),
  (4, 'y', true, 32767, 2147483647, 9223372036854775807, NULL, NULL, 'infinity', NULL),
  (5, NULL, NULL, NULL, NULL, NULL, -1, 0.001, '-infinity', NULL),
  (6, NULL, false, -5, -5, -5, 0, -1, '2022-01-01 00:00:00+00', '00000000-0000-0000-0000-000000000000');

SELECT count(*), count(g), count(h), count(f), count(DISTINCT g), count(DISTINCT h), count(DISTINCT i4), count(ALL g), count(1), count(NULL) FROM s;
SELECT sum(i2), sum(i4), sum(i8), sum(f), sum(n) FROM s;
SELECT avg(i2), avg(i4), avg(i8), avg(f), avg(n) FROM s;
SELECT avg(k), avg(k) FROM s WHERE k < 3;
SELECT avg(i4) FROM s WHERE k IN (1, 2, 6);
SELECT min(g), max(g), min(i2), max(i4), min(i8), max(f), min(n), max(at), min(at) FROM s;
SELECT min(f), max(f) FROM s WHERE f IS NOT NULL;
SELECT max(g || 'z'), min(length(g)), max(-k), sum(k * 2), count(g IS NULL), sum(CASE WHEN h THEN 1 ELSE 0 END) FROM s;
SELECT bool_and(h), bool_or(h), bool_and(k > 0), bool_or(k > 5), bool_and(k > 1) FROM s;
SELECT bool_and(h), bool_or(h) FROM s WHERE h IS NULL;
SELECT sum(k), avg(k), max(k) FROM s WHERE k > 100;
SELECT count(*), sum(k) FROM s WHERE false;
SELECT sum(DISTINCT i4), avg(DISTINCT i2), max(DISTINCT k), count(DISTINCT k % 2) FROM s WHERE k < 5;
SELECT count(*) + 1, count(*) * 2.5, sum(k) / count(*), max(k)::text || 'x', coalesce(sum(k), 0) FROM s;
SELECT COUNT (*), count ( * ) AS "N", Sum(k) FROM s;
SELECT count(*) WHERE true;
SELECT count(*) WHERE false;
SELECT count(*), max(1), sum(2);
SELECT count(1), sum('3'), avg(4), min('x');
SELECT sum(f) FROM s WHERE k < 4;
SELECT sum(n), avg(n) FROM s WHERE k < 3;
SELECT sum('NaN'::double precision), max('NaN'::double precision), sum('NaN'::numeric);
SELECT sum(1e308::double precision * k) FROM s;
SELECT k FROM s WHERE k = max(k);
SELECT max(count(*)) FROM s;
SELECT sum(g) FROM s;
SELECT sum(h) FROM s;
SELECT sum(at) FROM s;
SELECT avg(g) FROM s;
SELECT max(h) FROM s;
SELECT min(id) FROM s;
SELECT bool_and(k) FROM s;
SELECT bool_or(g) FROM s;
SELECT count() FROM s;
SELECT sum(*) FROM s;
SELECT sum() FROM s;
SELECT sum(k, k) FROM s;
SELECT count(k, g) FROM s;
SELECT count(DISTINCT *) FROM s;
SELECT count(nosuch) FROM s;
SELECT lower(DISTINCT g) FROM s;
SELECT lower(*) FROM s;

-- GROUP BY
SELECT g, count(*) FROM s GROUP BY g;
SELECT g, count(*), sum(k) FROM s GROUP BY g ORDER BY g;
SELECT g, count(*) FROM s GROUP BY g ORDER BY g DESC NULLS LAST;
SELECT g, h, count(*) FROM s GROUP BY g, h ORDER BY g, h;
SELECT g, h, count(*) FROM s GROUP BY h, g ORDER BY 1, 2;
SELECT g AS label, max(k) FROM s GROUP BY label ORDER BY label;
SELECT g, max(k) FROM s GROUP BY 1 ORDER BY 2;
SELECT k % 2 AS odd, sum(k) FROM s GROUP BY odd ORDER BY odd;
SELECT k % 2, sum(k) FROM s GROUP BY k % 2 ORDER BY k % 2;
SELECT k % 2 + 1, sum(k) FROM s GROUP BY k % 2 ORDER BY 1;
SELECT upper(g), count(*) FROM s GROUP BY upper(g) ORDER BY upper(g);
SELECT upper(g), count(*) FROM s GROUP BY g ORDER BY g;
SELECT count(*) FROM s GROUP BY g ORDER BY g;
SELECT g FROM s GROUP BY g ORDER BY count(*), g;
SELECT g FROM s GROUP BY g ORDER BY max(k) DESC;
SELECT s.g, count(*) FROM s GROUP BY s.g ORDER BY s.g;
SELECT x.g, count(*) FROM s AS x GROUP BY g ORDER BY x.g;
SELECT g IS NULL, count(*) FROM s GROUP BY g IS NULL ORDER BY 1;
SELECT h, bool_or(k > 3), avg(f) FROM s GROUP BY h ORDER BY h;
SELECT k, g FROM s GROUP BY k ORDER BY k LIMIT 2;
SELECT k, count(*) FROM s GROUP BY k, g ORDER BY k OFFSET 4;
SELECT *, count(*) FROM s GROUP BY k ORDER BY k LIMIT 1;
SELECT i4, count(*) FROM s WHERE i4 > 0 GROUP BY i4 ORDER BY count(*) DESC, i4;
SELECT g, count(*) FROM s GROUP BY g, g, 1 ORDER BY g;
SELECT n, count(*) FROM s GROUP BY n HAVING n > 0 ORDER BY n;
SELECT f, count(*) FROM s GROUP BY f ORDER BY f NULLS FIRST;
SELECT at, count(*) FROM s GROUP BY at ORDER BY at;
SELECT DISTINCT count(*) FROM s GROUP BY g;
SELECT g, count(*) AS c FROM s GROUP BY g ORDER BY c DESC, g NULLS FIRST LIMIT 2;
SELECT CASE WHEN k < 3 THEN 'low' ELSE 'high' END AS band, count(*) FROM s GROUP BY band ORDER BY band;

-- HAVING
SELECT g, count(*) FROM s GROUP BY g HAVING count(*) > 1 ORDER BY g;
SELECT g, count(*) FROM s GROUP BY g HAVING g IS NOT NULL AND sum(k) > 3 ORDER BY g;
SELECT g FROM s GROUP BY g HAVING max(k) = 2;
SELECT g FROM s GROUP BY g HAVING g = 'x' OR NULL;
SELECT count(*) FROM s HAVING count(*) > 5;
SELECT count(*) FROM s HAVING count(*) > 6;
SELECT max(k) FROM s HAVING min(k) = 1;
SELECT g, count(*) AS c FROM s GROUP BY g HAVING c > 1;
SELECT g FROM s GROUP BY g HAVING count(*);
SELECT g FROM s GROUP BY g HAVING h;
SELECT g FROM s HAVING count(*) > 1;
SELECT k FROM s HAVING k > 1;

-- refused
SELECT g, count(*) FROM s;
SELECT count(*), g FROM s GROUP BY h;
SELECT k + 1, count(*) FROM s GROUP BY g;
SELECT *, count(*) FROM s;
SELECT * FROM s GROUP BY g;
SELECT count(*) FROM s ORDER BY k;
SELECT g FROM s GROUP BY g ORDER BY k;
SELECT g FROM s GROUP BY count(*);
SELECT count(*) FROM s GROUP BY 1;
SELECT g FROM s GROUP BY 2;
SELECT g FROM s GROUP BY 0;
SELECT g FROM s GROUP BY 'g';
SELECT g FROM s GROUP BY NULL;
SELECT g FROM s GROUP BY nosuch;
SELECT g AS x, h AS x FROM s GROUP BY x;
SELECT -k AS g, count(*) FROM s GROUP BY g;
SELECT g FROM s GROUP BY;
SELECT g FROM s WHERE count(*) > 1 GROUP BY g;
SELECT sum(count(*)) FROM s GROUP BY g;
SELECT upper(g) FROM s GROUP BY lower(g);
SELECT k / 0, count(*) FROM s GROUP BY k / 0;
--@bind ["2"]
SELECT k % $1, count(*) FROM s GROUP BY k % $1;
--@bind ["2"]
SELECT g, count(*) FROM s GROUP BY g HAVING count(*) >= $1 ORDER BY g;
--@bind ["5"]
SELECT sum($1), max($1);
--@bind ["1.5"]
SELECT sum($1::numeric), count($1);
