-- double precision and numeric: literals, special values, text output, arithmetic, rounding, scale of results.
-- Guards digits: the shortest text of a double, and every digit and the exact scale of a numeric.

SELECT 1.5, 1.50, .5, 5., 1e3, 1.5e-3, 1E+2, 0.0, 00.10, 1e-10, 123456789012345678901234567890, 0.000000000000000000000000000001, 1e40;
SELECT 1.5::double precision, 0.1::float8, 1e300::float8, 1e-300::float8, 100000::float8, 1e15::float8, 1e16::float8, 123456789.123::float8, 0.0001::float8, 0.00001::float8, '-0'::float8, 1::float8 / 3;
SELECT 0.1::float8 + 0.2::float8, 1e22::float8, 1e23::float8, 5e-324::float8, 1.7976931348623157e308::float8, 2.2250738585072014e-308::float8, 9007199254740993::float8, 4.35::float8;
SELECT 'NaN'::float8, 'Infinity'::float8, '-Infinity'::float8, 'inf'::float8, '+inf'::float8, '-INF'::float8, 'nan'::float8, ' 1.5 '::float8, '1e5'::float8, '.5'::float8, '5.'::float8, float8 '1', double precision '2', float '3';
SELECT 'NaN'::numeric, 'Infinity'::numeric, '-inf'::numeric, ' 1.50 '::numeric, '1e-3'::numeric, '-.5'::numeric, '+5.'::numeric, numeric '1.0', decimal '2.00', CAST('3' AS numeric), '1E5'::numeric, '000.00'::numeric;
SELECT '1e400'::float8;
SELECT 1e400::float8;
SELECT '1e-400'::float8;
SELECT ''::float8;
SELECT '1.5x'::float8;
SELECT '1,5'::numeric;
SELECT ''::numeric;
SELECT 'e5'::numeric;
SELECT '1.2.3'::numeric;
SELECT '0x1p3'::numeric;
SELECT 'infinit'::numeric;

-- numeric arithmetic and scale
SELECT 1.5 + 1.25, 1.50 - 1.5, 1.5 * 1.50, 10.0 / 4, 1 / 3.0, 2.0 / 3, 10 / 3.00, 1.0 / 7, 100.0 / 3, 1e10 / 3, 0.00001 / 3, 7.5 % 2, -7.5 % 2, 0.1 + 0.2, -1.50, - -1.5;
SELECT 1.0 + 1, 1::numeric + 1, 1.5 + 1::bigint, 1.5 + 1::smallint, 1.5 + 1.5::float8, 1 + 1.5::float8, 2 * 0.5, 1::bigint / 2.0, 3::numeric / 2, 4::numeric / 2;
SELECT 1.5 = 1.50, 1.5 < 2, 1 = 1.0, 1.5 = 1.5::float8, 0.1 = 0.1::float8, 1e2 = 100, -0.0 = 0.0, 1.10 > 1.1, 9223372036854775808 > 9223372036854775807;
SELECT 1.0 / 0;
SELECT 1.0 % 0;
SELECT 1::float8 / 0;
SELECT 0::float8 / 0;
SELECT 'NaN'::float8 / 0;
SELECT 1e300::float8 * 1e300::float8;
SELECT 1e-300::float8 * 1e-300::float8;
SELECT 1.5 % 1::float8;
SELECT 1e308::float8 + 1e308::float8;
SELECT 'Infinity'::float8 + 1, 'Infinity'::float8 - 'Infinity', 'Infinity'::float8 * 0, 1 / 'Infinity'::float8, -'Infinity'::float8, 'NaN'::float8 + 1, 'Infinity'::float8 = 'inf';
SELECT 'Infinity'::numeric + 1, 'Infinity'::numeric - 'Infinity'::numeric, 1 / 'Infinity'::numeric, 'NaN'::numeric * 2, -'Infinity'::numeric;
SELECT 'NaN'::float8 = 'NaN'::float8, 'NaN'::float8 > 'Infinity'::float8, 'NaN'::numeric = 'NaN'::numeric, 'NaN'::numeric > 1e100, '-0'::float8 = 0, '-Infinity'::float8 < -1e308::float8, 'Infinity'::numeric > 1e100;
SELECT 99999999999999999999 * 99999999999999999999, 99999999999999999999 + 1, 123456789.987654321 * 1000, 0.123456789012345678 * 0.1, 12345678901234567890.12345 - 0.00001;

-- functions
SELECT round(1.5), round(2.5), round(-1.5), round(-2.5), round(1.49), round(2.5::float8), round(3.5::float8), round(-2.5::float8), round(1.005, 2), round(1234.567, -2), round(1.5, 3), round(0.5::float8);
SELECT ceil(1.2), ceil(-1.2), floor(1.8), floor(-1.8), ceil(1.2::float8), floor(-1.2::float8), ceiling(1.0), abs(-1.50), abs(-1.5::float8), mod(7.5, 2), ceil(-0.5::float8);
SELECT power(2.0, 3), power(2::float8, 0.5), 2.0 ^ 3, 2.0 ^ -1, sqrt(2.0), sqrt(4.0), sqrt(2::float8), sqrt(0), power(2.5, 2.0), power(0.0, 0);
SELECT 2 ^ 0.5;
SELECT round(1.5::float8, 1);
SELECT sqrt(-1);
SELECT sqrt(-1.0);
SELECT power(0, -1);
SELECT power(-8, 0.5);
SELECT power(1e200::float8, 2);
SELECT mod(1.5::float8, 1);
SELECT round('x');
SELECT round(true);
SELECT sqrt('4'), round('2.5'), ceil('1.2'), abs('-1.5');
SELECT greatest(1.5, 2), least(1.5, 2::float8), greatest('NaN'::float8, 1), coalesce(NULL, 1.5), nullif(1.5, 1.50), nullif(1.0, 2);

-- text
SELECT 1.50::text, 1e3::text, 1.5::float8::text, 1e20::float8::text, 'NaN'::float8::text, 0.00001::float8::varchar, '1.50'::text::numeric, '1e2'::text::float8, 1.5 || '', 1.5::float8 || 'x', 1.50::varchar(2);
SELECT 1.5::numeric::float8, 1e20::float8::numeric, 0.1::float8::numeric, 1.0::float8::numeric, 123456789012345678::float8::numeric, 12345678901234567890::numeric::float8, 'Infinity'::float8::numeric, 'NaN'::numeric::float8, 5::numeric, 5::float8, 5::bigint::numeric, (1.0 / 3)::float8;
SELECT 1.5::timestamptz;
SELECT 1.5::uuid;
SELECT 1.5::bytea;
SELECT 1e400::float8::text;

-- columns
CREATE TABLE n (k int PRIMARY KEY, f double precision, d numeric);
INSERT INTO n VALUES (1, 1.5, 1.50), (2, 'NaN', 'NaN'), (3, 'Infinity', 'Infinity'), (4, '-Infinity', '-Infinity'), (5, 0.1, 0.1), (6, -0.0, -0.0), (7, 1e-7, 1e-7), (8, 100, 100), (9, NULL, NULL), (10, 1e20, 123456789012345678901234567890.123456789);
SELECT * FROM n ORDER BY k;
SELECT k, f FROM n ORDER BY f, k;
SELECT k, d FROM n ORDER BY d DESC, k;
SELECT k FROM n WHERE f = 0.1;
SELECT k FROM n WHERE d = 0.1;
SELECT k FROM n WHERE f = d ORDER BY k;
SELECT k FROM n WHERE d = 1.5 OR f = 'NaN' ORDER BY k;
SELECT k FROM n WHERE d > 1e29 ORDER BY k;
SELECT k, f + 1, d + 1, -f, -d FROM n WHERE k NOT IN (2, 10) ORDER BY k;
SELECT sum(f), avg(f), sum(d), avg(d), min(f), max(d) FROM n WHERE k IN (1, 5, 8);
SELECT sum(f), sum(d), avg(d) FROM n WHERE k IN (1, 3);
SELECT d / 3, d * d, round(d, 5) FROM n WHERE k = 10;
SELECT DISTINCT d FROM n WHERE d IN (1.5, 0, 100.00) ORDER BY d;
INSERT INTO n VALUES (11, 'x', 1);
INSERT INTO n VALUES (11, 1e400, 1);
INSERT INTO n VALUES (11, true, 1);
INSERT INTO n VALUES (11, 1, '1.5.5');
--@bind ["1.5", "1.50"]
SELECT k FROM n WHERE f = $1 AND d = $2;
--@bind ["1.5"]
SELECT $1 + 0.25, $1 * 2.0, 1.5 / $1;
--@bind ["2.5"]
SELECT $1::float8 + 1, 1.5 * $1::numeric;
--@bind ["0.1"]
SELECT f, d FROM n WHERE f <= $1 ORDER BY f;
