-- jsonb: what is valid, how a value is normalised, the operators, equality and order, casts.
-- Guards documents stored under a key: that they come back as PostgreSQL would show them, and compare as it compares them.

-- normalisation
SELECT '{"b":1,"a":2}'::jsonb, '{"a":1,"a":2}'::jsonb, '{"aa":1,"b":2,"a":3}'::jsonb, ' [ 1 , 2,3 ] '::jsonb, '{}'::jsonb, '[]'::jsonb, '{"a":{"c":1,"b":[]}}'::jsonb, '""'::jsonb, 'null'::jsonb, ' true '::jsonb, jsonb '1';
SELECT '1'::jsonb, '1.0'::jsonb, '1.50'::jsonb, '1e3'::jsonb, '1E-3'::jsonb, '-0'::jsonb, '-0.0'::jsonb, '1.5e2'::jsonb, '123456789012345678901234567890'::jsonb, '0.1'::jsonb, '[1e2, 1.10]'::jsonb, '1e-10'::jsonb;
SELECT '"\u00e9"'::jsonb, '"\ud83d\ude42"'::jsonb, '"a\/b"'::jsonb, '"tab\tnew\nline"'::jsonb, '"quote\"back\\slash"'::jsonb, '"\u0001"'::jsonb, '"\u007f"'::jsonb, '"é日本🙂"'::jsonb, '{"\u0061":1,"a":2}'::jsonb, '"\b\f\r"'::jsonb, '"<&>"'::jsonb;
SELECT '"\u0000"'::jsonb;
SELECT '{"a\u0000b":1}'::jsonb;
SELECT '"\ud83d"'::jsonb;
SELECT '"\ude42"'::jsonb;
SELECT '"\u12"'::jsonb;
SELECT '"\x"'::jsonb;
SELECT ''::jsonb;
SELECT ' '::jsonb;
SELECT '{'::jsonb;
SELECT '{a:1}'::jsonb;
SELECT '{''a'':1}'::jsonb;
SELECT '{"a":1,}'::jsonb;
SELECT '[1,]'::jsonb;
SELECT '[1 2]'::jsonb;
SELECT '01'::jsonb;
SELECT '1.'::jsonb;
SELECT '.5'::jsonb;
SELECT '+1'::jsonb;
SELECT 'NaN'::jsonb;
SELECT 'True'::jsonb;
SELECT '"abc'::jsonb;
SELECT '1 1'::jsonb;
SELECT '{"a" 1}'::jsonb;
SELECT '{1:2}'::jsonb;
SELECT E'"a\nb"'::jsonb;
SELECT '[[[[[[[[[[1]]]]]]]]]]'::jsonb, '{"a":{"b":{"c":{"d":[{"e":null}]}}}}'::jsonb;

-- -> and ->>, #> and #>>
SELECT '{"a":1,"b":"x","c":null,"d":[1,2],"e":{"f":true}}'::jsonb -> 'a', '{"b":"x"}'::jsonb -> 'b', '{"b":"x"}'::jsonb ->> 'b', '{"c":null}'::jsonb -> 'c', '{"c":null}'::jsonb ->> 'c', '{"d":[1, 2]}'::jsonb ->> 'd', '{"e":{"f":true}}'::jsonb -> 'e' -> 'f', '{"a":1}'::jsonb -> 'x', '{"a":1}'::jsonb ->> 'x';
SELECT '[1,"x",null,[2]]'::jsonb -> 0, '[1,"x"]'::jsonb -> 1, '[1,"x"]'::jsonb ->> 1, '[1,2,3]'::jsonb -> -1, '[1,2,3]'::jsonb -> -4, '[1]'::jsonb -> 5, '[1,[2,3]]'::jsonb -> 1 -> 0, '[1]'::jsonb -> '0', '{"0":"x"}'::jsonb -> '0', '{"0":"x"}'::jsonb -> 0, '"x"'::jsonb -> 0, '1'::jsonb -> 'a', 'null'::jsonb ->> 0;
SELECT '{"a":{"b":[1,{"c":2}]}}'::jsonb #> '{a,b,1,c}', '{"a":{"b":[1,{"c":2}]}}'::jsonb #>> '{a,b}', '{"a":{"b":"x"}}'::jsonb #>> '{a,b}', '{"a":1}'::jsonb #> '{}', '{"a":1}'::jsonb #> '{x}', '[1,2]'::jsonb #> '{-1}', '{"a":1}'::jsonb #>> ARRAY['a'], '{"a":[1]}'::jsonb #> '{a,x}', '{"a":1}'::jsonb #> NULL, '{"a":"x"}'::jsonb #>> '{}';
SELECT '{"a":{"b":1}}'::jsonb -> 'a' ->> 'b' = '1', '{"a":"x"}'::jsonb ->> 'a' || 'y', ('{"n":5}'::jsonb ->> 'n')::int + 1, '{"a":1}'::jsonb -> 'a' = '1', NULL::jsonb -> 'a', '{"a":1}'::jsonb -> NULL;
SELECT '{"a":1}'::jsonb -> 1.5;
SELECT '{"a":1}'::jsonb -> true;
SELECT '{"a":1}'::text -> 'a';
SELECT '{"a":1}' -> 'a';
SELECT '{"a":1}'::jsonb #> 'a';
SELECT '{"a":1}'::jsonb ->> 'a' + 1;
SELECT '{"a":1}'::jsonb + 1;
SELECT '{"a":1}'::jsonb ->> 'a' = 1;

-- @>, <@, ?, ?|, ?&
SELECT '{"a":1,"b":2}'::jsonb @> '{"a":1}', '{"a":1}'::jsonb @> '{"a":1.0}', '{"a":1}'::jsonb @> '{"b":1}', '{"a":{"b":1,"c":2}}'::jsonb @> '{"a":{"b":1}}', '[1,2,3]'::jsonb @> '[3,1]', '[1,2,3]'::jsonb @> '[1,1]', '[1,2]'::jsonb @> '1', '{"a":[1,2]}'::jsonb @> '{"a":[2]}', '[[1,2]]'::jsonb @> '[1]', '[]'::jsonb @> '[]', '{}'::jsonb @> '{}', '1'::jsonb @> '[1]', '{"a":1}'::jsonb @> '{}';
SELECT '{"a":1}'::jsonb <@ '{"a":1,"b":2}', '{"a":1,"b":2}'::jsonb <@ '{"a":1}', '2'::jsonb <@ '[1,2]', '"x"'::jsonb @> '"x"', 'null'::jsonb @> 'null', '{"a":null}'::jsonb @> '{"a":null}', '{}'::jsonb @> '{"a":null}', '[{"a":1}]'::jsonb @> '[{"a":1}]', '[{"a":1,"b":2}]'::jsonb @> '[{"a":1}]', '{"a":1}'::jsonb @> NULL;
SELECT '{"a":1,"b":2}'::jsonb ? 'a', '{"a":{"b":1}}'::jsonb ? 'b', '["a","b"]'::jsonb ? 'b', '"a"'::jsonb ? 'a', '["a",1]'::jsonb ? '1', '{"1":2}'::jsonb ? '1', '{}'::jsonb ? '', '{"a":1}'::jsonb ? NULL;
SELECT '{"a":1,"b":2}'::jsonb ?| '{x,b}', '{"a":1}'::jsonb ?| ARRAY['x', 'y'], '{"a":1,"b":2}'::jsonb ?& '{a,b}', '{"a":1}'::jsonb ?& ARRAY['a', 'b'], '{"a":1}'::jsonb ?| '{}', '{"a":1}'::jsonb ?& '{}', '["a","b"]'::jsonb ?& '{a,b}';
SELECT '{"a":1}'::jsonb @> 'a';
SELECT '{"a":1}'::jsonb @> '{"a":1}'::text;
SELECT '{"a":1}'::jsonb ? 1;
SELECT '{"a":1}'::jsonb ?| 'a';
SELECT '{"a":1}'::text ? 'a';

-- ||
SELECT '{"a":1}'::jsonb || '{"b":2}', '{"a":1}'::jsonb || '{"a":2}', '[1]'::jsonb || '[2]', '[1]'::jsonb || '2', '1'::jsonb || '[2]', '1'::jsonb || '2', '{"a":1}'::jsonb || '[2]', '[1]'::jsonb || '{"a":2}', '{}'::jsonb || '{}', '{"a":{"x":1}}'::jsonb || '{"a":{"y":2}}', '[]'::jsonb || 'null', NULL::jsonb || '1', '{"a":1}'::jsonb || '{"a":null}';
SELECT '{"a":1}'::jsonb || '1';
SELECT 'null'::jsonb || '{"a":1}';
SELECT '{"a":1}'::jsonb || 'nonsense';
SELECT '{"a":1}'::jsonb || 1;

-- equality and order
SELECT '{"a":1,"b":2}'::jsonb = '{"b":2,"a":1}', '1'::jsonb = '1.0', '[1,2]'::jsonb = '[2,1]', '"a"'::jsonb = '"A"', 'null'::jsonb = 'null', '{}'::jsonb = '[]', '{"a":1}'::jsonb <> '{"a":2}', '"\u0061"'::jsonb = '"a"', '1e2'::jsonb = '100', 'null'::jsonb IS NULL, '{"a":1}'::jsonb IS DISTINCT FROM NULL;
SELECT '{}'::jsonb > '[1]', '[1]'::jsonb > 'true', 'true'::jsonb > 'false', 'false'::jsonb > '1', '1'::jsonb > '"x"', '"x"'::jsonb > 'null', '[]'::jsonb < 'null', '[1,2]'::jsonb > '[9]', '{"a":1,"b":1}'::jsonb > '{"z":1}', '{"a":2}'::jsonb > '{"a":1}', '{"b":1}'::jsonb > '{"a":2}', '"b"'::jsonb > '"a"', '"ab"'::jsonb > '"b"', '2'::jsonb > '10', '-1'::jsonb < '0';
SELECT '{"a":1}'::jsonb = '{"a":1}'::text;
SELECT '1'::jsonb = 1;
SELECT '{"a":1}'::jsonb = 'nonsense';

-- casts
SELECT '1'::jsonb::int, '1.5'::jsonb::numeric, '2.5'::jsonb::int, 'true'::jsonb::boolean, '1'::jsonb::bigint, '1.5'::jsonb::double precision, '3'::jsonb::smallint, '-1.50'::jsonb::numeric, '[1]'::jsonb::text, '"x"'::jsonb::text, '{"b":1, "a":2}'::jsonb::text, '"x"'::jsonb::varchar, 'null'::jsonb::text, '{"a":1}'::text::jsonb, '"abc"'::jsonb::varchar(3);
SELECT '"1"'::jsonb::int;
SELECT 'true'::jsonb::int;
SELECT '1'::jsonb::boolean;
SELECT 'null'::jsonb::int;
SELECT '[1]'::jsonb::int;
SELECT '{"a":1}'::jsonb::numeric;
SELECT '"true"'::jsonb::boolean;
SELECT '99999999999'::jsonb::int;
SELECT '1'::jsonb::timestamptz;
SELECT '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"'::jsonb::uuid;
SELECT 1::jsonb;
SELECT true::jsonb;
SELECT '\x61'::bytea::jsonb;
SELECT '{"a":1}'::name::jsonb;
SELECT coalesce(NULL, '{"a":1}'::jsonb), nullif('1'::jsonb, '1.0'), greatest('1'::jsonb, '2'), CASE WHEN true THEN '[1]'::jsonb ELSE '[2]' END;
SELECT length('{"a":1}'::jsonb);
SELECT upper('"a"'::jsonb);
SELECT length('{"a" :  1}'::jsonb::text), '{"a":1}'::jsonb::text || 'x', 'x' || '{"a": 1}'::jsonb::text;
SELECT max('1'::jsonb);

-- columns
CREATE TABLE j (k text PRIMARY KEY, d jsonb NOT NULL DEFAULT '{}');
INSERT INTO j VALUES ('obj', '{"name":"Ann","age":30,"tags":["a","b"],"addr":{"city":"Bonn"}}'), ('obj2', '{"name":"Bob","age":25.0,"tags":[]}'), ('arr', '[3,1,2]'), ('num', '1.50'), ('str', '"text"'), ('nul', 'null'), ('boo', 'true');
INSERT INTO j (k) VALUES ('def') RETURNING d;
INSERT INTO j VALUES ('bad', '{');
INSERT INTO j VALUES ('bad', 1);
INSERT INTO j VALUES ('bad', NULL);
INSERT INTO j VALUES ('bad', '{}'::text);
SELECT * FROM j ORDER BY k;
SELECT k FROM j ORDER BY d;
SELECT k FROM j ORDER BY d DESC LIMIT 3;
SELECT k, d ->> 'name' AS name, (d ->> 'age')::numeric AS age FROM j WHERE d ? 'name' ORDER BY k;
SELECT k FROM j WHERE d ->> 'name' = 'Ann';
SELECT k FROM j WHERE d -> 'age' > '26' ORDER BY k;
SELECT k FROM j WHERE (d ->> 'age')::numeric BETWEEN 20 AND 26;
SELECT k FROM j WHERE d @> '{"tags":["a"]}';
SELECT k FROM j WHERE d @> '{"age":25}';
SELECT k FROM j WHERE d @> '[1]';
SELECT k FROM j WHERE d #>> '{addr,city}' = 'Bonn';
SELECT k FROM j WHERE d -> 'tags' ? 'b';
SELECT k FROM j WHERE d = '1.5';
SELECT k FROM j WHERE d = 'null';
SELECT k FROM j WHERE d IN ('true', '"text"', '[3, 1, 2]') ORDER BY k;
SELECT k FROM j WHERE d ->> 'age' IS NULL ORDER BY k;
UPDATE j SET d = d || '{"age":31}' WHERE k = 'obj' RETURNING d ->> 'age', d -> 'name';
UPDATE j SET d = d || ('{"n":' || length(k) || '}')::jsonb WHERE k LIKE 'obj%' RETURNING d -> 'n';
UPDATE j SET d = d -> 'tags' WHERE k = 'obj2' RETURNING d;
UPDATE j SET d = 'nonsense' WHERE k = 'obj2';
UPDATE j SET d = d -> 'missing' WHERE k = 'obj';
SELECT d -> 'name', count(*) FROM j GROUP BY d -> 'name' ORDER BY d -> 'name';
SELECT count(DISTINCT d), min(d ->> 'name') FROM j;
DELETE FROM j WHERE d -> 'age' = '31' RETURNING k;
--@bind ["p", "{\"z\": 1, \"a\": [1.0]}"]
INSERT INTO j VALUES ($1, $2) RETURNING d;
--@bind ["{\"z\": 1}"]
SELECT k FROM j WHERE d @> $1;
--@bind ["z"]
SELECT d ->> $1 FROM j WHERE k = 'p';
--@bind ["z"]
SELECT k FROM j WHERE d ? $1;
--@bind ["{a,0}"]
SELECT d #> $1 FROM j WHERE k = 'p';
--@bind ["nonsense"]
SELECT k FROM j WHERE d = $1;
