-- Booleans and three-valued logic: literals, AND, OR, NOT, IS, IS DISTINCT FROM, comparisons with null, precedence.
-- Guards what a condition makes of NULL, everywhere a condition may stand.

SELECT true, false, 't'::boolean, 'f'::boolean, 'yes'::bool, 'no'::bool, 'on'::bool, 'off'::bool, '1'::bool, '0'::bool;
SELECT 'TRUE'::boolean, ' tRuE '::boolean, 'tr'::boolean, 'fals'::boolean, 'y'::boolean, 'n'::boolean, 'of'::boolean, boolean 'true', CAST('f' AS bool), bool 'on';
SELECT 'o'::boolean;
SELECT ''::boolean;
SELECT '2'::boolean;
SELECT 'truee'::boolean;
SELECT 'maybe'::boolean;
SELECT true::text, false::text, true::int, false::int, 1::boolean, 0::boolean, (-7)::boolean, NULL::boolean;
SELECT true::bigint;
SELECT true::smallint;
SELECT true::double precision;
SELECT true::numeric;
SELECT 1.0::boolean;
SELECT 1::bigint::boolean;
SELECT true::timestamptz;
SELECT 'yes'::text::boolean, 'no'::varchar::boolean, true::varchar, true::varchar(2);
SELECT true AND true, true AND false, true AND NULL, false AND NULL, NULL AND NULL, false AND false;
SELECT true OR true, true OR false, true OR NULL, false OR NULL, NULL OR NULL, false OR false;
SELECT NOT true, NOT false, NOT NULL, NOT NOT true, NOT (true AND NULL);
SELECT true IS TRUE, false IS TRUE, NULL IS TRUE, true IS FALSE, false IS FALSE, NULL IS FALSE;
SELECT true IS NOT TRUE, NULL IS NOT TRUE, NULL IS NOT FALSE, false IS NOT FALSE;
SELECT true IS UNKNOWN, NULL IS UNKNOWN, NULL::boolean IS NOT UNKNOWN, (1 = NULL) IS UNKNOWN;
SELECT NULL IS NULL, 1 IS NULL, NULL IS NOT NULL, 1 IS NOT NULL, '' IS NULL, NULL::text IS NULL, 1 ISNULL, 1 NOTNULL;
SELECT NULL = NULL, NULL <> NULL, 1 = NULL, NULL < 1, NULL = 'x', 'x' || NULL, 1 + NULL, -NULL::int;
SELECT 1 IS DISTINCT FROM 1, 1 IS DISTINCT FROM 2, 1 IS DISTINCT FROM NULL, NULL IS DISTINCT FROM NULL;
SELECT 1 IS NOT DISTINCT FROM 1, 1 IS NOT DISTINCT FROM 2, NULL IS NOT DISTINCT FROM 1, NULL IS NOT DISTINCT FROM NULL, 'a' IS DISTINCT FROM 'b';
SELECT true > false, true >= true, false < NULL, true = 't', 'f' = false, true <> false, true != true;
SELECT 1 IN (1, NULL), 2 IN (1, NULL), 2 NOT IN (1, NULL), 1 NOT IN (1, NULL), NULL IN (1), NULL NOT IN (1);
SELECT 1 = ANY (ARRAY[1, NULL]), 2 = ANY (ARRAY[1, NULL]), 1 <> ALL (ARRAY[2, NULL]), 1 <> ALL (ARRAY[1, NULL]), 1 = ANY ('{}'), 1 <> ALL ('{}'), NULL = ANY ('{}'::int[]);
SELECT 5 BETWEEN 1 AND NULL, 0 BETWEEN 1 AND NULL, 5 NOT BETWEEN 6 AND NULL, NULL BETWEEN 1 AND 2, 2 BETWEEN SYMMETRIC 3 AND 1;
SELECT (1, NULL) IS NULL, (1, NULL) IS NOT NULL, (NULL, NULL) IS NULL, (1, 2) IS NOT NULL, (1, 2) IS DISTINCT FROM (1, 2), (1, NULL) IS DISTINCT FROM (1, NULL);

-- precedence
SELECT true OR true AND false, (true OR true) AND false, NOT true AND false, NOT (true AND false), NOT true = false, NOT 1 = 2;
SELECT 1 + 2 * 3, (1 + 2) * 3, 2 - 3 - 4, 2 * 3 % 4, 2 ^ 3 ^ 2, -2 ^ 2, - - 2, 7 / 2 * 2, 2 + 3 || 'x', 'x' || 2 + 3;
SELECT 1 < 2 AND 2 < 3, (1 < 2) = true, 1 = 1 IS TRUE, 1 + 1 IS NOT NULL, NOT NULL IS NULL, 1 < 2 IS NOT FALSE, 'a' || 'b' = 'ab', 'ab' LIKE 'a' || '%';
SELECT 2 BETWEEN 1 AND 3 AND true, 2 IN (1, 2) AND false, - '1'::int, -1::int::text::int, '1' || '2'::text, 1::int + 1::text::int, NOT 2 BETWEEN 1 AND 3;
SELECT -1::text;
SELECT 1 < 2 = true;
SELECT 1 < 2 < 3;
SELECT 1 = 1 = 1;
SELECT 1 = 2 = false;
SELECT NOT 1;
SELECT 1 AND true;
SELECT true OR 'x';
SELECT true AND 'yes', 'f' OR NULL, NOT 'no';
SELECT 1 IS TRUE;
SELECT 'x' IS TRUE;
SELECT 'yes' IS TRUE;
SELECT 1 IS 1;
SELECT true + true;
SELECT -true;
SELECT true = 1;
SELECT true = 'x';
SELECT NOT;
SELECT AND true;

-- in WHERE
CREATE TABLE l (k int PRIMARY KEY, b boolean, n int);
INSERT INTO l VALUES (1, true, 1), (2, false, 2), (3, NULL, NULL), (4, true, NULL), (5, NULL, 5);
SELECT k FROM l WHERE b ORDER BY k;
SELECT k FROM l WHERE NOT b ORDER BY k;
SELECT k FROM l WHERE b IS NOT TRUE ORDER BY k;
SELECT k FROM l WHERE b IS NULL ORDER BY k;
SELECT k FROM l WHERE b IS UNKNOWN OR b ORDER BY k;
SELECT k FROM l WHERE b = true ORDER BY k;
SELECT k FROM l WHERE b <> false ORDER BY k;
SELECT k FROM l WHERE b = NULL;
SELECT k FROM l WHERE n > 1 OR b ORDER BY k;
SELECT k FROM l WHERE NOT (n > 1 AND b) ORDER BY k;
SELECT k FROM l WHERE n IS DISTINCT FROM 1 ORDER BY k;
SELECT k FROM l WHERE n = n ORDER BY k;
SELECT k FROM l WHERE (n > 1) IS UNKNOWN ORDER BY k;
SELECT k FROM l WHERE n NOT IN (1, 5) ORDER BY k;
SELECT k FROM l WHERE NULL;
SELECT k FROM l WHERE true AND b ORDER BY k;
SELECT k FROM l WHERE 't' ORDER BY k LIMIT 1;
SELECT k FROM l WHERE b = 'yes' ORDER BY k;
SELECT k FROM l WHERE coalesce(b, n > 3) ORDER BY k;
SELECT k FROM l WHERE CASE WHEN b THEN n = 1 ELSE n = 5 END ORDER BY k;
SELECT k FROM l WHERE k = 1 OR 1 / (k - 1) > 100 ORDER BY k;
SELECT k FROM l WHERE 1;
SELECT k FROM l WHERE n;
SELECT k FROM l WHERE 'nonsense';
SELECT k FROM l WHERE b = 1;
SELECT k FROM l WHERE b AND n;
SELECT k FROM l WHERE (k, b);
--@bind ["true"]
SELECT k FROM l WHERE b = $1 ORDER BY k;
--@bind ["t"]
SELECT k FROM l WHERE $1 ORDER BY k;
--@bind ["f", null]
SELECT $1 OR $2, NOT $1;
--@bind [null]
SELECT $1 IS TRUE, $1 IS UNKNOWN;
