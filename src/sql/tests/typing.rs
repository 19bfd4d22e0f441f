//! The names and types of what comes out, and those of the parameters that go in.

use super::*;

#[test]
fn columns_and_parameters() {
    let world = World::new();
    check(
        |text| world.types(text),
        &[
            (
                r#"SELECT 1, 2147483648, 9223372036854775808, 1.5, 1e10, -2147483648, 'x', NULL, true"#,
                "?column? integer, ?column? bigint, ?column? numeric, ?column? numeric, ?column? numeric, ?column? integer, ?column? text, ?column? text, ?column? boolean",
            ),
            (
                r#"SELECT 1 + 1.5, 1 + 2147483648, '1' + 1, 1::smallint + 1, 2 ^ 3, -2 ^ 2"#,
                "?column? numeric, ?column? bigint, ?column? integer, ?column? integer, ?column? double precision, ?column? double precision",
            ),
            (
                r#"SELECT 'a' || 'b', 'a' || 1, 1 || 'a', name || short FROM t"#,
                "?column? text, ?column? text, ?column? text, ?column? text",
            ),
            (
                r#"SELECT id = '5', name = 'x', short = 'x', at > '2020-01-01', u = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' FROM t"#,
                "?column? boolean, ?column? boolean, ?column? boolean, ?column? boolean, ?column? boolean",
            ),
            (
                r#"SELECT CASE WHEN ok THEN 1 ELSE 2.5 END, coalesce(name, 'x'), nullif(id, 1), greatest(1, n), least(f, 1) FROM t"#,
                "case numeric, coalesce text, nullif integer, greatest bigint, least double precision",
            ),
            (
                r#"SELECT ARRAY[1, 2.5], ARRAY['a'], ARRAY[]::int[], '{1}'::int[], tags[1], (ARRAY[1, 2])[1], ARRAY[[1], [2]] FROM t"#,
                "array numeric[], array text[], array integer[], int4 integer[], tags text, array integer, array integer[]",
            ),
            (
                r#"SELECT doc -> 'a', doc ->> 'a', doc -> 1, doc['a'] FROM t"#,
                "?column? jsonb, ?column? text, ?column? jsonb, doc jsonb",
            ),
            (
                r#"SELECT id::text, CAST(id AS bigint), int4 '7', text(1), name 'x', 'abc'::varchar(2), timestamptz '2020-01-01' FROM t"#,
                "id text, id bigint, int4 integer, text text, name name, varchar character varying(2), timestamptz timestamp with time zone",
            ),
            (
                r#"SELECT upper(name), count(*), current_user, current_timestamp, (id), (id)::text FROM t GROUP BY id"#,
                "upper text, count bigint, current_user name, current_timestamp timestamp with time zone, id integer, id text",
            ),
            (
                r#"SELECT id AS x, t.name, t.*  FROM t"#,
                "x integer, name text, id integer, name text, n bigint, ok boolean, f double precision, at timestamp with time zone, u uuid, doc jsonb, tags text[], short character varying(3), num numeric(5,2)",
            ),
            (
                r#"SELECT id IN (1, 2), id NOT IN (1, n), id BETWEEN 1 AND 2, name LIKE 'a', ok IS TRUE, id IS NULL FROM t"#,
                "?column? boolean, ?column? boolean, ?column? boolean, ?column? boolean, ?column? boolean, ?column? boolean",
            ),
            (
                r#"SELECT extract(epoch FROM at), substring(name FROM 1 FOR 2), position('a' IN name), trim(name), trim(LEADING FROM name), floor(f) FROM t"#,
                "extract numeric, substring text, position integer, btrim text, ltrim text, floor double precision",
            ),
            (
                r#"SELECT (1, 'a'), ROW(1), (1, 2) < (3, 4), pg_typeof(id) FROM t"#,
                "row record, row record, ?column? boolean, pg_typeof text",
            ),
            (r#"SELECT $1"#, "?column? text <- text"),
            (
                r#"SELECT $1::int, $1 + 1"#,
                "int4 integer, ?column? integer <- integer",
            ),
            (
                r#"SELECT $1 + 1, $2 || 'x', $3 = ANY ('{1}'::int[])"#,
                "?column? integer, ?column? text, ?column? boolean <- integer, text, integer",
            ),
            (
                r#"SELECT id FROM t WHERE id = $1 AND name = $2 AND short = $3 LIMIT $4 OFFSET $5"#,
                "id integer <- integer, text, text, bigint, bigint",
            ),
            (
                r#"SELECT id FROM t WHERE id IN ($1, $2) AND name = ANY ($3) AND at BETWEEN $4 AND $5"#,
                "id integer <- integer, integer, text[], timestamp with time zone, timestamp with time zone",
            ),
            (
                r#"INSERT INTO t (id, name, n, ok, f, at, u, doc, tags, short, num) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"#,
                " <- integer, text, bigint, boolean, double precision, timestamp with time zone, uuid, jsonb, text[], character varying, numeric",
            ),
            (
                r#"INSERT INTO t (id, name) SELECT $1, $2 RETURNING id, name AS x"#,
                "id integer, x text <- integer, text",
            ),
            (
                r#"UPDATE t SET name = $1, n = n + $2 WHERE id = $3 RETURNING *"#,
                "id integer, name text, n bigint, ok boolean, f double precision, at timestamp with time zone, u uuid, doc jsonb, tags text[], short character varying(3), num numeric(5,2) <- text, bigint, integer",
            ),
            (
                r#"SELECT count(DISTINCT name), max(id), min(name), avg(n), bool_and(ok) FROM t"#,
                "count bigint, max integer, min text, avg numeric, bool_and boolean",
            ),
            (r#"SELECT 1 ORDER BY 1"#, "?column? integer"),
            (
                r#"SELECT column1, column2 FROM kvstore AS k (column1, column2)"#,
                "column1 character varying, column2 character varying",
            ),
            (
                r#"VALUES (1, 'a'), (2.5, NULL)"#,
                "column1 numeric, column2 text",
            ),
            (r#"SELECT"#, ""),
        ],
    );
}
