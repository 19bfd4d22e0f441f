-- CASE, coalesce, nullif, greatest and least: which branch is taken, which are evaluated, and the type that comes out.
-- Guards the type a column of a result gets, and that a branch not taken cannot fail.

CREATE TABLE t (k int PRIMARY KEY, a text, n int, b bigint, d numeric, f double precision, c boolean, e timestamptz, v varchar(3), s smallint);
INSERT INTO t VALUES (1, 'x', 1, 10, 1.5, 0.5, true, '2024-01-01 00:00:00+00', 'abc', 7), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (3, '', 0, -1, 0, 'NaN', false, 'infinity', '', 0);

-- CASE
SELECT CASE WHEN true THEN 1 ELSE 2 END, CASE WHEN false THEN 1 END, CASE WHEN NULL THEN 1 ELSE 2 END, CASE 1 WHEN 1 THEN 'one' WHEN 2 THEN 'two' END, CASE 3 WHEN 1 THEN 'one' ELSE 'other' END, CASE NULL WHEN NULL THEN 'equal' ELSE 'not' END, CASE 'a' WHEN 'a' THEN 1 END;
SELECT CASE WHEN 1 = 1 THEN 'a' WHEN 1 = 1 THEN 'b' END, CASE WHEN true THEN NULL ELSE 1 END, CASE WHEN false THEN 1 ELSE 2.5 END, CASE WHEN true THEN 1 ELSE 2::bigint END, CASE WHEN true THEN 'x'::varchar ELSE 'y'::text END, CASE WHEN true THEN 1 ELSE 2::double precision END;
SELECT k, CASE WHEN n > 0 THEN 'pos' WHEN n = 0 THEN 'zero' ELSE 'unknown' END AS sign, CASE a WHEN 'x' THEN 1 WHEN '' THEN 2 END, CASE n WHEN b - 9 THEN 'match' END FROM t ORDER BY k;
SELECT CASE WHEN true THEN 1 ELSE 1 / 0 END;
SELECT CASE WHEN n = 0 THEN 0 ELSE 10 / n END FROM t WHERE n IS NOT NULL ORDER BY k;
SELECT k, CASE k WHEN 1 THEN CASE WHEN c THEN 'inner' END ELSE 'outer' END FROM t ORDER BY k;
SELECT CASE WHEN c THEN n ELSE k END, CASE WHEN c THEN k ELSE b END, CASE WHEN c THEN d ELSE f END FROM t ORDER BY k;
SELECT CASE END;
SELECT CASE WHEN true END;
SELECT CASE WHEN THEN 1 END;
SELECT CASE ELSE 1 END;
SELECT CASE WHEN true THEN 1;
SELECT CASE 1 THEN 2 END;
SELECT CASE WHEN 1 THEN 2 END;
SELECT CASE WHEN 'yes' THEN 2 END;
SELECT CASE WHEN 'x' THEN 2 END;
SELECT CASE WHEN true THEN 1 ELSE 'x'::text END;
SELECT CASE WHEN true THEN 1 ELSE true END;
SELECT CASE WHEN true THEN now() ELSE 1 END;
SELECT CASE 1 WHEN 'x' THEN 1 END;
SELECT CASE 1 WHEN true THEN 1 END;
SELECT CASE WHEN true THEN '{}'::jsonb ELSE '{}'::text END;

-- coalesce
SELECT coalesce(1), coalesce(NULL, 2), coalesce(NULL, NULL, 'x'), coalesce(1, 2.5), coalesce(NULL::int, 2::bigint), coalesce(NULL, '2024-01-01 00:00:00+00'::timestamptz), coalesce('', 'x'), coalesce(1, 1 / 0);
SELECT k, coalesce(a, v, 'none'), coalesce(n, b), coalesce(d, n), coalesce(f, 0), coalesce(s, n, k), coalesce(e, 'epoch') FROM t ORDER BY k;
SELECT coalesce();
SELECT coalesce(1, true);
SELECT coalesce(1, 'a'::text);
SELECT coalesce(now(), 1);
SELECT coalesce(NULL, 1 / 0);

-- nullif
SELECT nullif(1, 1), nullif(1, 2), nullif('a', 'a'), nullif('a', 'b'), nullif(NULL, 1), nullif(1, NULL), nullif(1, 1.0), nullif(1.5, 1), nullif('', ''), nullif(1::smallint, 1::bigint);
SELECT k, nullif(n, 0), nullif(a, ''), nullif(a, v), nullif(b, n), nullif(k, 3) FROM t ORDER BY k;
SELECT nullif(1);
SELECT nullif(1, 2, 3);
SELECT nullif(1, true);
SELECT nullif(1, 'x');

-- greatest and least
SELECT greatest(1, 3, 2), least(1, 3, 2), greatest(1, NULL), least(NULL, NULL, 4), greatest('a', 'b'), greatest(1, 2.5), least(1, 2::bigint), greatest(1.5, 'NaN'::double precision), least('b'::varchar, 'a'::text), greatest(false, true), greatest(5);
SELECT k, greatest(n, b), least(k, n), greatest(a, v), least(d, f), greatest(e, '2000-01-01+00') FROM t ORDER BY k;
SELECT greatest();
SELECT greatest(1, 'x');
SELECT greatest(1, 'x'::text);
SELECT least(true, 1);

-- everywhere an expression may stand
SELECT k FROM t WHERE CASE WHEN c THEN n = 1 ELSE false END;
SELECT k FROM t WHERE coalesce(c, true) ORDER BY k;
SELECT k FROM t ORDER BY coalesce(n, 100), k;
SELECT CASE WHEN n > 0 THEN 'pos' ELSE 'other' END AS g, count(*), sum(k) FROM t GROUP BY 1 ORDER BY 1;
SELECT coalesce(sum(n), 0), coalesce(max(a), 'none'), CASE WHEN count(*) > 2 THEN 'many' ELSE 'few' END, nullif(count(*), 3), greatest(min(k), max(n)) FROM t;
SELECT sum(CASE WHEN n > 0 THEN 1 ELSE 0 END), count(CASE WHEN n > 0 THEN 1 END), avg(coalesce(n, 5)), max(greatest(n, b)) FROM t;
INSERT INTO t (k, a, n) VALUES (CASE WHEN true THEN 4 END, coalesce(NULL, 'y'), greatest(1, 2)) RETURNING k, a, n;
UPDATE t SET n = CASE k WHEN 1 THEN 100 WHEN 4 THEN n * 2 ELSE n END, a = coalesce(a, 'was null') RETURNING k, n, a;
DELETE FROM t WHERE nullif(k, 4) IS NULL RETURNING k;
SELECT k FROM t WHERE k = coalesce(NULL, 2);
SELECT k FROM t WHERE k = CASE WHEN true THEN 3 END;
SELECT k FROM t LIMIT CASE WHEN true THEN 0 ELSE 1 END;
SELECT 1 + CASE WHEN true THEN 1 ELSE 2 END * 3, (CASE WHEN true THEN 'a' END) || 'b', -coalesce(NULL, 5), NOT coalesce(NULL, false), coalesce(NULL, 1)::text || 'x';
SELECT (((1))), ((1) + (2)) * ((3)), ( ( 'a' ) );
SELECT 1 + 2);
SELECT 1 +;
SELECT * 2;
SELECT 1 2;
SELECT 'a' 1;
SELECT k n a FROM t;
