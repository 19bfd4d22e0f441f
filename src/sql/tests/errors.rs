//! How statements fail: SQLSTATE, position and message.

use super::*;

fn failure(world: &World, text: &str) -> String {
    match world.bind_text(text, &[]) {
        Ok(_) => "no error".to_owned(),
        Err(e) => show(&e),
    }
}

#[test]
fn errors() {
    let world = World::new();
    check(
        |text| failure(&world, text),
        &[
            (
                r#"SELECT nope FROM t"#,
                r#"42703 at 8: column "nope" does not exist"#,
            ),
            (
                r#"SELECT t.nope FROM t"#,
                "42703 at 8: column t.nope does not exist",
            ),
            (
                r#"SELECT x.id FROM t"#,
                r#"42P01 at 8: missing FROM-clause entry for table "x""#,
            ),
            (
                r#"SELECT t.id FROM t AS k"#,
                r#"42P01 at 8: invalid reference to FROM-clause entry for table "t""#,
            ),
            (
                r#"SELECT 1 FROM nope"#,
                r#"42P01 at 15: relation "nope" does not exist"#,
            ),
            (
                r#"SELECT 1 FROM pg_catalog.pg_class"#,
                "0A000 at 15: the system catalog pg_catalog.pg_class is not supported",
            ),
            (
                r#"SELECT 1 FROM app.nope"#,
                r#"42P01 at 15: relation "app.nope" does not exist"#,
            ),
            (
                r#"SELECT ctid FROM t"#,
                r#"0A000 at 8: system column "ctid" is not supported"#,
            ),
            (
                r#"SELECT t FROM t"#,
                "0A000 at 8: a reference to a whole row is not supported",
            ),
            (
                r#"SELECT 1 + true"#,
                "42883 at 10: operator does not exist: integer + boolean",
            ),
            (
                r#"SELECT -'x'::text"#,
                "42883 at 8: operator does not exist: - text",
            ),
            (
                r#"SELECT '1' + '1'"#,
                "42725 at 12: operator is not unique: unknown + unknown",
            ),
            (
                r#"SELECT nope(1, 'x')"#,
                "42883 at 8: function nope(integer, unknown) does not exist",
            ),
            (
                r#"SELECT lower(1, 2)"#,
                "42883 at 8: function lower(integer, integer) does not exist",
            ),
            (
                r#"SELECT 'x'::int"#,
                r#"22P02 at 8: invalid input syntax for type integer: "x""#,
            ),
            (
                r#"SELECT true::int4 + 'x'"#,
                r#"22P02 at 21: invalid input syntax for type integer: "x""#,
            ),
            (
                r#"SELECT at::int FROM t"#,
                "42846 at 10: cannot cast type timestamp with time zone to integer",
            ),
            (
                r#"SELECT id FROM t WHERE id"#,
                "42804 at 24: argument of WHERE must be type boolean, not type integer",
            ),
            (
                r#"SELECT id FROM t WHERE name = 1"#,
                "42883 at 29: operator does not exist: text = integer",
            ),
            (
                r#"SELECT id FROM t LIMIT 'x'"#,
                r#"22P02 at 24: invalid input syntax for type bigint: "x""#,
            ),
            (
                r#"SELECT id FROM t LIMIT id"#,
                "42P10 at 24: argument of LIMIT must not contain variables",
            ),
            (
                r#"SELECT CASE WHEN 1 THEN 2 END"#,
                "42804 at 18: argument of CASE/WHEN must be type boolean, not type integer",
            ),
            (
                r#"SELECT coalesce(1, true)"#,
                "42804 at 20: COALESCE types integer and boolean cannot be matched",
            ),
            (
                r#"SELECT ARRAY[]"#,
                "42P18 at 8: cannot determine type of empty array",
            ),
            (
                r#"SELECT name, count(*) FROM t"#,
                r#"42803 at 8: column "t.name" must appear in the GROUP BY clause or be used in an aggregate function"#,
            ),
            (
                r#"SELECT id, name FROM t GROUP BY name"#,
                r#"42803 at 8: column "t.id" must appear in the GROUP BY clause or be used in an aggregate function"#,
            ),
            (
                r#"SELECT count(*) FROM t WHERE count(*) > 1"#,
                "42803 at 30: aggregate functions are not allowed in WHERE",
            ),
            (
                r#"SELECT sum(count(*)) FROM t"#,
                "42803 at 12: aggregate function calls cannot be nested",
            ),
            (
                r#"SELECT lower(DISTINCT name) FROM t"#,
                "42809 at 8: DISTINCT specified, but lower is not an aggregate function",
            ),
            (
                r#"SELECT id FROM t ORDER BY 3"#,
                "42P10 at 27: ORDER BY position 3 is not in select list",
            ),
            (
                r#"SELECT id FROM t GROUP BY 'x'"#,
                "42601 at 27: non-integer constant in GROUP BY",
            ),
            (
                r#"SELECT DISTINCT name FROM t ORDER BY id"#,
                "42P10 at 38: for SELECT DISTINCT, ORDER BY expressions must appear in select list",
            ),
            (
                r#"SELECT id AS x, name AS x FROM t ORDER BY x"#,
                r#"42702 at 43: ORDER BY "x" is ambiguous"#,
            ),
            (
                r#"SELECT (1, 2) = (1, 2, 3)"#,
                "42601 at 15: unequal number of entries in row expressions",
            ),
            (
                r#"SELECT 1 = ANY (1)"#,
                "42809 at 10: op ANY/ALL (array) requires array on right side",
            ),
            (
                r#"SELECT id FROM t WHERE id = $1 AND name = $1"#,
                "42883 at 41: operator does not exist: text = integer",
            ),
            (
                r#"SELECT $2::int"#,
                "42P18: could not determine data type of parameter $1",
            ),
            (
                r#"SELECT $1 IS NULL"#,
                "42P18: could not determine data type of parameter $1",
            ),
            (r#"SELECT $0"#, "42P02 at 8: there is no parameter $0"),
            (
                r#"INSERT INTO t (id, id) VALUES (1, 2)"#,
                r#"42701 at 20: column "id" specified more than once"#,
            ),
            (
                r#"INSERT INTO t (nope) VALUES (1)"#,
                r#"42703 at 16: column "nope" of relation "t" does not exist"#,
            ),
            (
                r#"INSERT INTO t (id) VALUES (1, 2)"#,
                "42601 at 31: INSERT has more expressions than target columns",
            ),
            (
                r#"INSERT INTO t (id, name) VALUES (1)"#,
                "42601 at 20: INSERT has more target columns than expressions",
            ),
            (
                r#"INSERT INTO t (id) VALUES (true)"#,
                r#"42804 at 28: column "id" is of type integer but expression is of type boolean"#,
            ),
            (
                r#"INSERT INTO t (id) VALUES ('x')"#,
                r#"22P02 at 28: invalid input syntax for type integer: "x""#,
            ),
            (
                r#"INSERT INTO kvstore VALUES ('a', 'b') ON CONFLICT (value) DO NOTHING"#,
                "42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification",
            ),
            (
                r#"INSERT INTO kvstore VALUES ('a', 'b') ON CONFLICT DO UPDATE SET value = 'x'"#,
                "42601 at 39: ON CONFLICT DO UPDATE requires inference specification or constraint name",
            ),
            (
                r#"INSERT INTO kvstore VALUES ('a', 'b') ON CONFLICT (key) DO UPDATE SET value = value"#,
                r#"42702 at 79: column reference "value" is ambiguous"#,
            ),
            (
                r#"INSERT INTO kvstore VALUES ('a', 'b') ON CONFLICT ON CONSTRAINT nope DO NOTHING"#,
                r#"42704: constraint "nope" for table "kvstore" does not exist"#,
            ),
            (
                r#"UPDATE t SET id = 1, id = 2"#,
                r#"42601: multiple assignments to same column "id""#,
            ),
            (
                r#"UPDATE t SET nope = 1"#,
                r#"42703 at 14: column "nope" of relation "t" does not exist"#,
            ),
            (
                r#"UPDATE t SET (id, n) = (1, 2, 3)"#,
                "42601 at 24: number of columns does not match number of values",
            ),
            (
                r#"CREATE TABLE x (a int, a int)"#,
                r#"42701: column "a" specified more than once"#,
            ),
            (
                r#"CREATE TABLE x (a int PRIMARY KEY, b int PRIMARY KEY)"#,
                r#"42P16 at 42: multiple primary keys for table "x" are not allowed"#,
            ),
            (
                r#"CREATE TABLE x (a int, PRIMARY KEY (b))"#,
                r#"42703 at 24: column "b" named in key does not exist"#,
            ),
            (
                r#"CREATE TABLE x (a int DEFAULT a)"#,
                "0A000 at 31: cannot use column reference in DEFAULT expression",
            ),
            (
                r#"CREATE TABLE x (a int DEFAULT 'x')"#,
                r#"22P02 at 31: invalid input syntax for type integer: "x""#,
            ),
            (
                r#"CREATE TABLE x (a int DEFAULT true)"#,
                r#"42804: column "a" is of type integer but default expression is of type boolean"#,
            ),
            (
                r#"CREATE TABLE x (a nope)"#,
                r#"42704 at 19: type "nope" does not exist"#,
            ),
            (
                r#"CREATE TABLE nope.x (a int)"#,
                r#"3F000 at 14: schema "nope" does not exist"#,
            ),
            (
                r#"CREATE TABLE x (a varchar(0))"#,
                "22023 at 19: length for type varchar must be at least 1",
            ),
            (
                r#"DROP TABLE nope"#,
                r#"42P01: table "nope" does not exist"#,
            ),
            (
                r#"TRUNCATE nope"#,
                r#"42P01: relation "nope" does not exist"#,
            ),
            (
                r#"SELECT 'a' COLLATE "de_DE""#,
                r#"0A000 at 20: collation "de_DE" is not supported"#,
            ),
            (
                r#"SELECT 1 < 2 < 3"#,
                r#"42601 at 14: syntax error at or near "<""#,
            ),
            (
                r#"SELECT order FROM t"#,
                r#"42601 at 8: syntax error at or near "order""#,
            ),
            (
                r#"SELECT DEFAULT"#,
                "42601 at 8: DEFAULT is not allowed in this context",
            ),
        ],
    );
}

/// Everything that is not built is refused by its name.
#[test]
fn refusals() {
    let world = World::new();
    check(
        |text| failure(&world, text),
        &[
            (
                r#"SELECT 1 FROM t, kvstore"#,
                "0A000: FROM with several tables is not supported",
            ),
            (
                r#"SELECT 1 FROM t JOIN kvstore ON true"#,
                "0A000: JOIN is not supported",
            ),
            (
                r#"SELECT (SELECT 1)"#,
                "0A000 at 9: a subquery is not supported",
            ),
            (
                r#"SELECT 1 WHERE EXISTS (SELECT 1)"#,
                "0A000 at 24: EXISTS is not supported",
            ),
            (
                r#"SELECT id FROM t WHERE id IN (SELECT 1)"#,
                "0A000 at 24: IN of a subquery is not supported",
            ),
            (
                r#"WITH x AS (SELECT 1) SELECT 1"#,
                "0A000: WITH is not supported",
            ),
            (
                r#"SELECT 1 UNION SELECT 2"#,
                "0A000: UNION is not supported",
            ),
            (
                r#"SELECT id FROM t FOR UPDATE"#,
                "0A000: FOR UPDATE is not supported",
            ),
            (
                r#"SELECT DISTINCT ON (name) id FROM t"#,
                "0A000: DISTINCT ON is not supported",
            ),
            (
                r#"SELECT count(*) OVER () FROM t"#,
                "0A000: OVER is not supported",
            ),
            (
                r#"SELECT id FROM (SELECT 1) AS x"#,
                "0A000: a subquery in FROM is not supported",
            ),
            (
                r#"SELECT id FROM t TABLESAMPLE bernoulli (1)"#,
                "0A000: TABLESAMPLE is not supported",
            ),
            (
                r#"SELECT name SIMILAR TO 'x' FROM t"#,
                "0A000 at 8: SIMILAR TO is not supported",
            ),
            (
                r#"SELECT at AT TIME ZONE 'UTC' FROM t"#,
                "0A000 at 8: AT TIME ZONE is not supported",
            ),
            (
                r#"SELECT INTERVAL '1 day'"#,
                "0A000 at 17: INTERVAL is not supported",
            ),
            (
                r#"SELECT string_agg(name, ',' ORDER BY name) FROM t"#,
                "0A000 at 8: ORDER BY in a function's arguments is not supported",
            ),
            (
                r#"SELECT id INTO x FROM t"#,
                "0A000: SELECT INTO is not supported",
            ),
            (
                r#"SELECT id FROM t GROUP BY ROLLUP (id)"#,
                "0A000 at 35: ROLLUP is not supported",
            ),
            (
                r#"UPDATE t SET id = 1 FROM kvstore"#,
                "0A000: UPDATE FROM is not supported",
            ),
            (
                r#"DELETE FROM t USING kvstore"#,
                "0A000: DELETE USING is not supported",
            ),
            (
                r#"CREATE TABLE x (id serial PRIMARY KEY)"#,
                "0A000 at 20: type serial is not supported",
            ),
            (
                r#"CREATE TABLE x (a int UNIQUE)"#,
                "0A000: UNIQUE is not supported",
            ),
            (
                r#"CREATE TABLE x (a int CHECK (a > 0))"#,
                "0A000: CHECK is not supported",
            ),
            (
                r#"CREATE TABLE x (a int REFERENCES t)"#,
                "0A000: REFERENCES is not supported",
            ),
            (
                r#"CREATE TABLE x (a int GENERATED ALWAYS AS IDENTITY)"#,
                "0A000: GENERATED is not supported",
            ),
            (
                r#"CREATE TABLE x (a date)"#,
                "0A000 at 19: type date is not supported",
            ),
            (
                r#"CREATE TABLE x (a int) WITH (fillfactor = 70)"#,
                "0A000: WITH in CREATE TABLE is not supported",
            ),
            (
                r#"CREATE TABLE x (a int) PARTITION BY RANGE (a)"#,
                "0A000: PARTITION BY is not supported",
            ),
            (
                r#"CREATE TABLE x (a int) INHERITS (t)"#,
                "0A000: INHERITS is not supported",
            ),
            (
                r#"CREATE TABLE x (LIKE t)"#,
                "0A000: LIKE in CREATE TABLE is not supported",
            ),
            (
                r#"CREATE TABLE x AS SELECT 1"#,
                "0A000: CREATE TABLE AS is not supported",
            ),
            (
                r#"CREATE TEMP TABLE x (a int)"#,
                "0A000: CREATE TEMPORARY TABLE is not supported",
            ),
            (
                r#"CREATE UNLOGGED TABLE x (a int)"#,
                "0A000: CREATE UNLOGGED TABLE is not supported",
            ),
            (
                r#"CREATE INDEX i ON t (name)"#,
                "0A000: CREATE INDEX is not supported",
            ),
            (
                r#"CREATE VIEW v AS SELECT 1"#,
                "0A000: CREATE VIEW is not supported",
            ),
            (
                r#"CREATE SCHEMA AUTHORIZATION postgres"#,
                "0A000: CREATE SCHEMA AUTHORIZATION is not supported",
            ),
            (
                r#"ALTER TABLE t ADD COLUMN x int"#,
                "0A000: ALTER TABLE is not supported",
            ),
            (r#"COPY t FROM STDIN"#, "0A000: COPY is not supported"),
            (
                r#"GRANT SELECT ON t TO postgres"#,
                "0A000: GRANT is not supported",
            ),
            (r#"LISTEN x"#, "0A000: LISTEN is not supported"),
            (
                r#"DECLARE c CURSOR FOR SELECT 1"#,
                "0A000: DECLARE is not supported",
            ),
            (r#"DO $$ BEGIN END $$"#, "0A000: DO is not supported"),
            (r#"VACUUM"#, "0A000: VACUUM is not supported"),
            (
                r#"EXPLAIN ANALYZE SELECT 1"#,
                "0A000 at 9: EXPLAIN (ANALYZE) is not supported",
            ),
            (
                r#"EXPLAIN (FORMAT json) SELECT 1"#,
                "0A000 at 10: EXPLAIN (FORMAT) is not supported",
            ),
            (
                r#"PREPARE TRANSACTION 'x'"#,
                "0A000: PREPARE TRANSACTION is not supported",
            ),
        ],
    );
}
