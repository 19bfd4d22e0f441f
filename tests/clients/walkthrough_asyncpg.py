"""The walkthrough with asyncpg: everything prepared and binary, a pool, many rows at once, a cursor."""
import asyncio
import datetime
import decimal
import uuid

import asyncpg


async def main():
    conn = await asyncpg.connect()
    await conn.execute("CREATE TABLE kvstore (key VARCHAR, value VARCHAR, PRIMARY KEY(key))")
    assert await conn.execute("INSERT INTO kvstore VALUES ($1, $2)", "user1", "Ada") == "INSERT 0 1"
    assert await conn.fetchval("SELECT value FROM kvstore WHERE key = $1", "user1") == "Ada"
    try:
        await conn.execute("INSERT INTO kvstore VALUES ($1, $2)", "user1", "Eve")
        raise AssertionError("a duplicate key was accepted")
    except asyncpg.UniqueViolationError as error:
        assert error.constraint_name == "kvstore_pkey", error.constraint_name
    upsert = "INSERT INTO kvstore VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value"
    await conn.execute(upsert, "user1", "Grace")
    await conn.executemany(upsert, [(f"n{n}", str(n)) for n in range(100)])
    rows = await conn.fetch("SELECT * FROM kvstore WHERE key = ANY($1) ORDER BY key", ["n1", "n2", "user1", "x"])
    assert [tuple(row) for row in rows] == [("n1", "1"), ("n2", "2"), ("user1", "Grace")], rows

    # A transaction and a savepoint.
    try:
        async with conn.transaction():
            await conn.execute("DELETE FROM kvstore")
            raise KeyError
    except KeyError:
        pass
    async with conn.transaction(isolation="repeatable_read"):
        try:
            async with conn.transaction():
                await conn.execute("DELETE FROM kvstore WHERE key = 'n1'")
                await conn.execute("SELECT 1/0")
        except asyncpg.DivisionByZeroError:
            pass
        await conn.execute("DELETE FROM kvstore WHERE key = 'n2'")
    assert await conn.fetchval("SELECT count(*) FROM kvstore") == 100

    # Types in binary.
    await conn.execute(
        "CREATE TABLE t (i int8, f float8, n numeric, b bool, u uuid, j jsonb, y bytea, ts timestamptz, a text[])")
    now = datetime.datetime.now(datetime.timezone.utc)
    row = (2**40, 0.1, decimal.Decimal("-1234567890.0001"), False, uuid.uuid4(), '{"a": [1, null]}', bytes(range(256)),
           now, ["a", None, "{}"])
    back = await conn.fetchrow("INSERT INTO t VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *", *row)
    assert tuple(back) == row, back

    # Many rows at once, and a cursor, which is a portal that is suspended.
    await conn.executemany("INSERT INTO kvstore VALUES ($1, $2)", [(f"c{n:03}", None) for n in range(250)])
    async with conn.transaction():
        query = "SELECT key FROM kvstore WHERE key LIKE 'c%' ORDER BY key"
        keys = [row["key"] async for row in conn.cursor(query, prefetch=100)]
    assert keys == [f"c{n:03}" for n in range(250)], keys
    await conn.close()

    # A pool resets what its borrowers leave behind; a statement that takes too long is cancelled.
    async with asyncpg.create_pool(min_size=2, max_size=4) as pool:
        async with pool.acquire() as borrowed:
            await borrowed.execute("SET application_name = 'borrowed'")
        names = await asyncio.gather(*(pool.fetchval("SHOW application_name") for _ in range(20)))
        assert set(names) == {""}, names
        try:
            await pool.fetchval("SELECT pg_sleep(10)", timeout=0.3)
            raise AssertionError("the statement was not cancelled")
        except asyncio.TimeoutError:
            pass
        assert await pool.fetchval("SELECT 1") == 1


asyncio.run(main())
print("ok")
