-- Casts: the spellings, then from each type to each other type, then which of them an assignment makes by itself.
-- Guards the border between a cast that works, one that does not exist (42846) and a value that does not fit.

SELECT CAST('1' AS int), '1'::int, int '1', int4 '1', CAST(1 AS text), 1::text, 1::text::int::text, CAST(CAST('1' AS int) AS bigint), cast('t' as boolean), '1'::"int4", '1'::pg_catalog.int4;
SELECT CAST(NULL AS int), NULL::text, NULL::jsonb IS NULL, CAST('{}' AS jsonb), '1'::int2, '1'::int8, '1'::float8, '1'::float, '1'::decimal, '1'::dec, '1'::character varying, '1'::bool, '1'::INTEGER, '2024-01-02+00'::timestamp with time zone;
SELECT int4('1'), int8(2), float8(1), int4(2.5);
SELECT CAST(1 AS nosuchtype);
SELECT 1::nosuchtype;
SELECT nosuchtype '1';
SELECT CAST(1);
SELECT CAST(1 AS);
SELECT CAST 1 AS int;
SELECT 1::;
SELECT ::int;
SELECT 1::'int';
SELECT int 1;
SELECT 1::pg_catalog.nosuch;
SELECT 1::nosuch.int4;
SELECT '1'::int::boolean, 'a'::text::varchar(3)::name::text, (1 + 1)::text || 'x', 1 + '2'::int * 3, -'5'::int, '-5'::int::text, ('1' || '2')::int;
SELECT '1'::int || '2'::int;

-- from boolean
SELECT true::integer, true::text, true::varchar, true::name;
SELECT true::smallint;
SELECT true::bigint;
SELECT true::double precision;
SELECT true::numeric;
SELECT true::bytea;
SELECT true::timestamptz;
SELECT true::uuid;
SELECT true::jsonb;
SELECT true::oid;
SELECT true::integer[];

-- from smallint
SELECT 7::smallint::integer, 7::smallint::bigint, 7::smallint::double precision, 7::smallint::numeric, 7::smallint::text, 7::smallint::varchar, 7::smallint::name, 7::smallint::oid;
SELECT 7::smallint::boolean;
SELECT 7::smallint::bytea;
SELECT 7::smallint::timestamptz;
SELECT 7::smallint::uuid;
SELECT 7::smallint::jsonb;
SELECT 7::smallint::integer[];

-- from integer
SELECT 7::boolean, 7::smallint, 7::bigint, 7::double precision, 7::numeric, 7::text, 7::varchar, 7::name, 7::oid;
SELECT 7::bytea;
SELECT 7::timestamptz;
SELECT 7::uuid;
SELECT 7::jsonb;
SELECT 7::integer[];

-- from bigint
SELECT 7::bigint::smallint, 7::bigint::integer, 7::bigint::double precision, 7::bigint::numeric, 7::bigint::text, 7::bigint::varchar, 7::bigint::name, 7::bigint::oid;
SELECT 7::bigint::boolean;
SELECT 7::bigint::bytea;
SELECT 7::bigint::timestamptz;
SELECT 7::bigint::uuid;
SELECT 7::bigint::jsonb;
SELECT 7::bigint::integer[];

-- from double precision
SELECT 7.5::double precision::smallint, 7.5::double precision::integer, 7.5::double precision::bigint, 7.5::double precision::numeric, 7.5::double precision::text, 7.5::double precision::varchar, 7.5::double precision::name;
SELECT 7.5::double precision::boolean;
SELECT 7.5::double precision::bytea;
SELECT 7.5::double precision::timestamptz;
SELECT 7.5::double precision::uuid;
SELECT 7.5::double precision::jsonb;
SELECT 7.5::double precision::oid;
SELECT 7.5::double precision::integer[];

-- from numeric
SELECT 7.5::smallint, 7.5::integer, 7.5::bigint, 7.5::double precision, 7.5::text, 7.5::varchar, 7.5::name;
SELECT 7.5::boolean;
SELECT 7.5::bytea;
SELECT 7.5::timestamptz;
SELECT 7.5::uuid;
SELECT 7.5::jsonb;
SELECT 7.5::oid;
SELECT 7.5::integer[];

-- from text
SELECT '7'::text::smallint, '7'::text::integer, '7'::text::bigint, '7'::text::double precision, '7'::text::numeric, '7'::text::varchar, '7'::text::name, '7'::text::bytea, '7'::text::jsonb, '7'::text::oid;
SELECT '7'::text::boolean;
SELECT '7'::text::timestamptz;
SELECT '7'::text::uuid;
SELECT '7'::text::integer[];

-- from varchar
SELECT '7'::varchar::smallint, '7'::varchar::integer, '7'::varchar::bigint, '7'::varchar::double precision, '7'::varchar::numeric, '7'::varchar::text, '7'::varchar::name, '7'::varchar::bytea, '7'::varchar::jsonb, '7'::varchar::oid;
SELECT '7'::varchar::boolean;
SELECT '7'::varchar::timestamptz;
SELECT '7'::varchar::uuid;
SELECT '7'::varchar::integer[];

-- from name
SELECT '7'::name::smallint, '7'::name::integer, '7'::name::bigint, '7'::name::double precision, '7'::name::numeric, '7'::name::text, '7'::name::varchar, '7'::name::bytea, '7'::name::jsonb, '7'::name::oid;
SELECT '7'::name::boolean;
SELECT '7'::name::timestamptz;
SELECT '7'::name::uuid;
SELECT '7'::name::integer[];

-- from bytea
SELECT '\x37'::bytea::text, '\x37'::bytea::varchar, '\x37'::bytea::name;
SELECT '\x37'::bytea::boolean;
SELECT '\x37'::bytea::smallint;
SELECT '\x37'::bytea::integer;
SELECT '\x37'::bytea::bigint;
SELECT '\x37'::bytea::double precision;
SELECT '\x37'::bytea::numeric;
SELECT '\x37'::bytea::timestamptz;
SELECT '\x37'::bytea::uuid;
SELECT '\x37'::bytea::jsonb;
SELECT '\x37'::bytea::oid;
SELECT '\x37'::bytea::integer[];

-- from timestamptz
SELECT '2024-01-02 00:00:00+00'::timestamptz::text, '2024-01-02 00:00:00+00'::timestamptz::varchar, '2024-01-02 00:00:00+00'::timestamptz::name;
SELECT '2024-01-02 00:00:00+00'::timestamptz::boolean;
SELECT '2024-01-02 00:00:00+00'::timestamptz::smallint;
SELECT '2024-01-02 00:00:00+00'::timestamptz::integer;
SELECT '2024-01-02 00:00:00+00'::timestamptz::bigint;
SELECT '2024-01-02 00:00:00+00'::timestamptz::double precision;
SELECT '2024-01-02 00:00:00+00'::timestamptz::numeric;
SELECT '2024-01-02 00:00:00+00'::timestamptz::bytea;
SELECT '2024-01-02 00:00:00+00'::timestamptz::uuid;
SELECT '2024-01-02 00:00:00+00'::timestamptz::jsonb;
SELECT '2024-01-02 00:00:00+00'::timestamptz::oid;
SELECT '2024-01-02 00:00:00+00'::timestamptz::integer[];

-- from uuid
SELECT '00000000-0000-0000-0000-000000000007'::uuid::text, '00000000-0000-0000-0000-000000000007'::uuid::varchar, '00000000-0000-0000-0000-000000000007'::uuid::name;
SELECT '00000000-0000-0000-0000-000000000007'::uuid::boolean;
SELECT '00000000-0000-0000-0000-000000000007'::uuid::smallint;
SELECT '00000000-0000-0000-0000-000000000007'::uuid::integer;
SELECT '00000000-0000-0000-0000-000000000007'::uuid::bigint;
SELECT '00000000-0000-0000-0000-000000000007'::uuid::double precision;
SELECT '00000000-0000-0000-0000-000000000007'::uuid::numeric;
SELECT '00000000-0000-0000-0000-000000000007'::uuid::bytea;
SELECT '00000000-0000-0000-0000-000000000007'::uuid::timestamptz;
SELECT '00000000-0000-0000-0000-000000000007'::uuid::jsonb;
SELECT '00000000-0000-0000-0000-000000000007'::uuid::oid;
SELECT '00000000-0000-0000-0000-000000000007'::uuid::integer[];

-- from jsonb
SELECT '7'::jsonb::smallint, '7'::jsonb::integer, '7'::jsonb::bigint, '7'::jsonb::double precision, '7'::jsonb::numeric, '7'::jsonb::text, '7'::jsonb::varchar, '7'::jsonb::name;
SELECT '7'::jsonb::boolean;
SELECT '7'::jsonb::bytea;
SELECT '7'::jsonb::timestamptz;
SELECT '7'::jsonb::uuid;
SELECT '7'::jsonb::oid;
SELECT '7'::jsonb::integer[];

-- from oid
SELECT 7::oid::integer, 7::oid::bigint, 7::oid::text, 7::oid::varchar, 7::oid::name;
SELECT 7::oid::boolean;
SELECT 7::oid::smallint;
SELECT 7::oid::double precision;
SELECT 7::oid::numeric;
SELECT 7::oid::bytea;
SELECT 7::oid::timestamptz;
SELECT 7::oid::uuid;
SELECT 7::oid::jsonb;
SELECT 7::oid::integer[];

-- from integer[]
SELECT ARRAY[7]::text, ARRAY[7]::varchar, ARRAY[7]::name;
SELECT ARRAY[7]::boolean;
SELECT ARRAY[7]::smallint;
SELECT ARRAY[7]::integer;
SELECT ARRAY[7]::bigint;
SELECT ARRAY[7]::double precision;
SELECT ARRAY[7]::numeric;
SELECT ARRAY[7]::bytea;
SELECT ARRAY[7]::timestamptz;
SELECT ARRAY[7]::uuid;
SELECT ARRAY[7]::jsonb;
SELECT ARRAY[7]::oid;

-- casts that exist and values that do not go through them
SELECT 'x'::text::int;
SELECT 'x'::text::boolean;
SELECT 'x'::text::timestamptz;
SELECT 'x'::text::uuid;
SELECT 'x'::text::jsonb;
SELECT 'x'::varchar::double precision;
SELECT 'x'::name::numeric;
SELECT '1.5'::text::int;
SELECT '\xzz'::text::bytea;
SELECT 'x'::text::oid;
SELECT '2024-02-30'::text::timestamptz;
SELECT 99999::text::smallint;
SELECT 300::smallint::text::varchar(2), 1.005::varchar(3), true::varchar(1), '{"a":1}'::jsonb::varchar(4);

-- what an assignment casts by itself
CREATE TABLE c (b boolean, i2 smallint, i4 int, i8 bigint, f double precision, n numeric, t text, v varchar(4), y bytea, ts timestamptz, u uuid, j jsonb, nm name, o oid);
INSERT INTO c (t) VALUES (true), (1), (1.5), (1.5::double precision), ('\x61'::bytea), ('2024-01-02 00:00:00+00'::timestamptz), ('00000000-0000-0000-0000-000000000001'::uuid), ('{"a":1}'::jsonb), ('n'::name), (5::oid), (ARRAY[1, 2]) RETURNING t;
INSERT INTO c (v) VALUES (true), (1), (1.5), (1.50::double precision), ('a'::name), (5::oid), ('"a"'::jsonb) RETURNING v;
INSERT INTO c (v) VALUES ('2024-01-02 00:00:00+00'::timestamptz);
INSERT INTO c (v) VALUES (12345);
INSERT INTO c (nm) VALUES ('a'::text), ('b'::varchar) RETURNING nm;
INSERT INTO c (nm) VALUES (1), (true) RETURNING nm;
INSERT INTO c (i2, i4, i8) VALUES (1::bigint, 1.4, 1.5::double precision), (2.5, 2::oid, 3::oid) RETURNING i2, i4, i8;
INSERT INTO c (f, n) VALUES (1, 1.5::double precision), (1.5, 2), (3::bigint, 4::smallint) RETURNING f, n;
INSERT INTO c (o) VALUES (1), (2::bigint), ('3') RETURNING o;
INSERT INTO c (o) VALUES (1.5);
INSERT INTO c (o) VALUES (-1::bigint);
INSERT INTO c (i2) VALUES (40000);
INSERT INTO c (b) VALUES (1);
INSERT INTO c (b) VALUES ('t'::text);
INSERT INTO c (i4) VALUES ('1'::text);
INSERT INTO c (i4) VALUES (true);
INSERT INTO c (i4) VALUES ('1'::jsonb);
INSERT INTO c (n) VALUES ('1'::varchar);
INSERT INTO c (f) VALUES (now());
INSERT INTO c (y) VALUES ('a'::text);
INSERT INTO c (ts) VALUES ('2024-01-02'::text);
INSERT INTO c (u) VALUES ('00000000-0000-0000-0000-000000000001'::text);
INSERT INTO c (j) VALUES ('1'::text);
INSERT INTO c (j) VALUES (true);
UPDATE c SET i4 = i8, i8 = i2, n = f, f = n, t = i4, nm = t WHERE i2 = 1 RETURNING i4, i8, n, f, t, nm;
UPDATE c SET i4 = t;
UPDATE c SET b = i4;
UPDATE c SET u = j;
--@bind ["1.5"]
INSERT INTO c (n) VALUES ($1) RETURNING n;
--@bind ["1.5"]
INSERT INTO c (i4) VALUES ($1);
--@bind ["5"]
INSERT INTO c (t) VALUES ($1::int) RETURNING t;
--@bind ["7", "8"]
SELECT $1::int, CAST($2 AS text), $1 + 1;
