-- One-dimensional arrays as the other side of ANY and ALL, as constants and as parameters.
-- Guards the batch read by a list of keys, in each way a driver may send the list.

SELECT ARRAY[1, 2, 3], ARRAY['a', 'b'], ARRAY[true, NULL], ARRAY[1.5, 2], ARRAY[1, 2.5], ARRAY[NULL], ARRAY['a'::varchar], ARRAY[1::smallint, 2::bigint], ARRAY[1]::bigint[], ARRAY[]::text[], ARRAY[1 + 1, 3];
SELECT '{1,2,3}'::int[], '{}'::int[], '{a,"b c",NULL,"NULL","",d}'::text[], '{"a,b","c\"d","e\\f"}'::text[], '{ 1 , 2 }'::int[], '{1.5,2}'::numeric[], '{t,f,NULL}'::boolean[], '{1,null}'::bigint[], CAST('{5}' AS int[]), '{a, b}'::varchar[];
SELECT ARRAY['a b', '', 'null', 'x,y', 'q"r', 'back\slash', '{', 'plain', NULL, ' pad '], ARRAY[1.50], ARRAY[1e20::float8], ARRAY['\x61'::bytea], ARRAY['2024-01-02 00:00:00+00'::timestamptz], ARRAY['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid], ARRAY['{"a": 1}'::jsonb], ARRAY['n'::name], ARRAY[5::oid];
SELECT int[] '{4}';
SELECT '{\x61,\x62}'::bytea[];
SELECT '{"\\x61"}'::bytea[], '{2024-01-02 00:00:00+00,infinity}'::timestamptz[], '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'::uuid[], '{"{\"a\":1}",1}'::jsonb[], '{1,NaN}'::float8[], '{7}'::oid[], '{x}'::name[], '{1}'::smallint[];
SELECT ARRAY[1, 2]::text, ARRAY['a', 'b']::text, ARRAY[1, 2]::bigint[], ARRAY['1', '2']::int[], ARRAY[1, 2]::text[], '{1,2}'::text::int[], ARRAY[1.5, 2.5]::int[], ARRAY['a']::varchar[]::text[];
SELECT ARRAY[1, 2] = ARRAY[1, 2], ARRAY[1, 2] = '{1,2}', ARRAY[1, 2] < ARRAY[1, 3], ARRAY[1] < ARRAY[1, 2], ARRAY[1, NULL] = ARRAY[1, NULL], ARRAY['a'] <> ARRAY['b'], ARRAY[1] IS NULL, ARRAY[]::int[] = '{}';
SELECT '{1,2'::int[];
SELECT '1,2'::int[];
SELECT '{1,x}'::int[];
SELECT '{1,}'::int[];
SELECT '{,1}'::int[];
SELECT '{1 2}'::int[];
SELECT '{"a}'::text[];
SELECT '{1}}'::int[];
SELECT ''::int[];
SELECT '{99999999999}'::int[];
SELECT ARRAY[1, 'x'];
SELECT ARRAY[1, true];
SELECT ARRAY[];
SELECT ARRAY[1] = 1;
SELECT ARRAY[1] = ARRAY['a'::text];
SELECT ARRAY[1] + 1;
SELECT ARRAY[1]::boolean[];
SELECT 1::int[];
SELECT ARRAY[1]::int;
SELECT 5 = ANY ('{1,5}'), 5 = ANY (ARRAY[1, 2]), 5 > ALL (ARRAY[1, 2]), 5 > ANY ('{7,4}'), 'a' = ANY ('{a,b}'), 'a' = ANY (ARRAY['x']), 1.5 = ANY (ARRAY[1, 1.5]), 'abc' LIKE ANY (ARRAY['x%', 'a%']), 'abc' NOT LIKE ALL ('{x%,y%}'), 1 = ANY (ARRAY[1]::bigint[]), NULL = ANY (ARRAY[1]), 1 < ALL ('{}');
SELECT 1 = ANY ('{a}');
SELECT 'a'::text = ANY (ARRAY[1]);
SELECT 1 + ANY (ARRAY[1]);
SELECT 1 = ANY ('x');
SELECT 1 = ANY (1, 2);
SELECT 1 = ANY ();
SELECT 1 + 1 = ANY (ARRAY[2]), NOT 1 = ANY (ARRAY[1]), 1 = ANY (ARRAY[1]) AND false;
CREATE TABLE a (k text PRIMARY KEY, n bigint, id uuid, at timestamptz, f double precision, d numeric, b boolean, v varchar(5), y bytea);
INSERT INTO a VALUES ('a', 1, '00000000-0000-0000-0000-000000000001', '2024-01-01 00:00:00+00', 1.5, 1.50, true, 'one', '\x01'), ('b,c', 2, '00000000-0000-0000-0000-000000000002', '2024-01-02 00:00:00+00', 2.5, 2.5, false, 'two', '\x02'), ('"q"', 3, NULL, NULL, 'NaN', NULL, NULL, NULL, NULL);
SELECT k FROM a WHERE k = ANY ('{a,"b,c"}') ORDER BY k;
SELECT k FROM a WHERE k = ANY (ARRAY['"q"', 'zz']);
SELECT k FROM a WHERE n = ANY ('{1,3,3,99}') ORDER BY k;
SELECT k FROM a WHERE n = ANY (ARRAY[1, 2]) ORDER BY k;
SELECT k FROM a WHERE n = ANY (ARRAY[1, 2]::smallint[]) ORDER BY k;
SELECT k FROM a WHERE id = ANY ('{00000000-0000-0000-0000-000000000002}');
SELECT k FROM a WHERE at = ANY ('{2024-01-01 01:00:00+01}');
SELECT k FROM a WHERE f = ANY ('{NaN,1.5}') ORDER BY k;
SELECT k FROM a WHERE d = ANY (ARRAY[1.5, 2.50]) ORDER BY k;
SELECT k FROM a WHERE b = ANY ('{t}');
SELECT k FROM a WHERE v = ANY ('{one,toolongvalue}');
SELECT k FROM a WHERE v = ANY (ARRAY['one', 'two']) ORDER BY k;
SELECT k FROM a WHERE v <> ALL (ARRAY['one']::varchar[]);
SELECT k FROM a WHERE y = ANY (ARRAY['\x01']::bytea[]);
SELECT k FROM a WHERE k LIKE ANY (ARRAY['b%', '"%']) ORDER BY k;
SELECT k FROM a WHERE n = ANY ('{x}');
SELECT k FROM a WHERE k = ANY (ARRAY[1, 2]);
SELECT k FROM a WHERE k = ANY (n);
SELECT k FROM a WHERE k = ANY (v);
--@bind ["{a,\"b,c\"}"]
SELECT k FROM a WHERE k = ANY ($1) ORDER BY k;
--@bind ["{1,2}"]
SELECT k FROM a WHERE n = ANY ($1) ORDER BY k;
--@bind ["{1,2}"]
SELECT k FROM a WHERE n = ANY ($1::int[]) ORDER BY k;
--@bind ["{00000000-0000-0000-0000-000000000001,NULL}"]
SELECT k FROM a WHERE id = ANY ($1);
--@bind ["{a}"]
SELECT k FROM a WHERE k <> ALL ($1) ORDER BY k;
--@bind ["{1.5}"]
SELECT k FROM a WHERE d = ANY ($1::numeric[]);
--@bind ["{1,2}"]
SELECT $1::int[], $1::int[] = ARRAY[1, 2];
--@bind ["1", "3"]
SELECT k FROM a WHERE n = ANY (ARRAY[$1, $2]) ORDER BY k;
--@bind ["1", "3"]
SELECT k FROM a WHERE n = ANY (ARRAY[$1, $2]::bigint[]) ORDER BY k;
--@bind ["x"]
SELECT k FROM a WHERE k = ANY ($1);
--@bind ["1"]
SELECT $1 = ANY ('{1,2}'), $1 = ANY (ARRAY['1']);
