"""The walkthrough with psycopg 3: its default (server-side binding), binary results, pipelines, pages."""
import datetime
import decimal
import uuid

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

with psycopg.connect(autocommit=True) as conn:
    conn.execute("CREATE TABLE kvstore (key VARCHAR, value VARCHAR, PRIMARY KEY(key))")
    conn.execute("INSERT INTO kvstore VALUES (%s, %s)", ("user1", "Ada"))
    assert conn.execute("SELECT value FROM kvstore WHERE key = %s", ("user1",)).fetchone() == ("Ada",)
    try:
        conn.execute("INSERT INTO kvstore VALUES (%s, %s)", ("user1", "Eve"))
        raise AssertionError("a duplicate key was accepted")
    except psycopg.errors.UniqueViolation as error:
        assert error.diag.constraint_name == "kvstore_pkey", error.diag.constraint_name
    upsert = "INSERT INTO kvstore VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value"
    cursor = conn.execute(upsert, ("user1", "Grace"))
    assert cursor.statusmessage == "INSERT 0 1" and cursor.rowcount == 1

    # A transaction with a nested one that is rolled back.
    with conn.transaction():
        conn.execute(upsert, ("kept", "yes"))
        try:
            with conn.transaction():
                conn.execute(upsert, ("lost", "yes"))
                conn.execute("SELECT 1/0")
        except psycopg.errors.DivisionByZero:
            pass
    keys = conn.execute("SELECT key FROM kvstore ORDER BY key").fetchall()
    assert keys == [("kept",), ("user1",)], keys

    # The same statement often enough is prepared by the driver; executemany uses its pipeline mode.
    for n in range(10):
        conn.execute(upsert, (f"n{n}", str(n)))
    with conn.cursor() as cursor:
        cursor.executemany(upsert, [(f"n{n}", str(n * n)) for n in range(10)])
    assert conn.execute("SELECT value FROM kvstore WHERE key = 'n9'").fetchone() == ("81",)
    many = conn.execute("SELECT count(*) FROM kvstore WHERE key = ANY(%s)", (["n1", "n2", "x"],)).fetchone()
    assert many == (2,), many
    with conn.pipeline():
        cursors = [conn.execute("SELECT %s::int4 * 2", (n,)) for n in range(5)]
    assert [cursor.fetchone()[0] for cursor in cursors] == [0, 2, 4, 6, 8]

    # Types, in text and in binary.
    conn.execute("CREATE TABLE t (i int8, f float8, n numeric, b bool, u uuid, j jsonb, y bytea, ts timestamptz, a int4[])")
    now = datetime.datetime.now(datetime.timezone.utc)
    row = (2**40, 0.1, decimal.Decimal("12345678901234567890.123"), True, uuid.uuid4(), Jsonb({"a": [1, None]}),
           bytes(range(256)), now, [1, None, 3])
    conn.execute("INSERT INTO t VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)", row)
    for binary in (False, True):
        with conn.cursor(binary=binary, row_factory=dict_row) as cursor:
            back = cursor.execute("SELECT * FROM t").fetchone()
            assert list(back.values()) == [v.obj if isinstance(v, Jsonb) else v for v in row], back

    # Many rows at once, which are a pipeline, and read back as a stream and page by page.
    with conn.cursor() as cursor:
        rows = [(f"copy{n:04}", "x" * 100) for n in range(1000)]
        cursor.executemany("INSERT INTO kvstore VALUES (%s, %s)", rows)
    with conn.cursor() as cursor:
        streamed = cursor.stream("SELECT key FROM kvstore WHERE key LIKE 'copy%%' ORDER BY key", ())
        assert [key for (key,) in streamed] == [f"copy{n:04}" for n in range(1000)]
    page, keys = "SELECT key FROM kvstore WHERE key > %s AND key LIKE 'copy%%' ORDER BY key LIMIT 100", [("",)]
    while rows := conn.execute(page, keys[-1]).fetchall():
        keys += rows
    assert keys[1:] == [(f"copy{n:04}",) for n in range(1000)]
    conn.execute("DELETE FROM kvstore")
print("ok")
