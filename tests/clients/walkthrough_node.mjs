// The walkthrough with node-postgres: simple and prepared statements, a pool, a transaction, a notice.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'

// The package is installed beside the build, not beside this script.
const pg = createRequire(`${process.env.KEYWIRE_TEST_ENV}/`)('pg')

const pool = new pg.Pool({ max: 4 })
await pool.query('CREATE TABLE kvstore (key VARCHAR, value VARCHAR, PRIMARY KEY(key))')
const inserted = await pool.query('INSERT INTO kvstore VALUES ($1, $2)', ['user1', 'Ada'])
assert.deepEqual([inserted.command, inserted.rowCount], ['INSERT', 1])
const get = { name: 'get', text: 'SELECT value FROM kvstore WHERE key = $1' }
assert.deepEqual((await pool.query({ ...get, values: ['user1'] })).rows, [{ value: 'Ada' }])
await assert.rejects(pool.query('INSERT INTO kvstore VALUES ($1, $2)', ['user1', 'Eve']), { code: '23505', constraint: 'kvstore_pkey' })
const upsert = 'INSERT INTO kvstore VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value RETURNING *'
assert.deepEqual((await pool.query(upsert, ['user1', 'Grace'])).rows, [{ key: 'user1', value: 'Grace' }])
assert.deepEqual((await pool.query({ ...get, values: ['user1'] })).rows, [{ value: 'Grace' }])
await Promise.all(Array.from({ length: 50 }, (_, n) => pool.query(upsert, [`n${n}`, null])))
const many = await pool.query('SELECT count(*)::int4 AS n FROM kvstore WHERE key = ANY($1)', [['n1', 'n2', 'x']])
assert.equal(many.rows[0].n, 2)

// A transaction on one client, given up.
const client = await pool.connect()
await client.query('BEGIN')
await client.query('DELETE FROM kvstore')
await assert.rejects(client.query('SELECT 1/0'), { code: '22012' })
await assert.rejects(client.query('SELECT 1'), { code: '25P02' })
await client.query('ROLLBACK')
assert.equal((await client.query('SELECT count(*) FROM kvstore')).rows[0].count, '51')

// Types: numbers, JSON, bytes, times, arrays; several statements in one query.
const when = new Date('2024-02-29T12:34:56.789Z')
const typed = await client.query(
  'SELECT $1::int4 AS i, $2::float8 AS f, $3::bool AS b, $4::jsonb AS j, $5::bytea AS y, $6::timestamptz AS t, $7::text[] AS a',
  [7, 0.1, true, { a: [1, null] }, Buffer.from([0, 255]), when, ['x', null, '{}']])
assert.deepEqual(typed.rows[0], { i: 7, f: 0.1, b: true, j: { a: [1, null] }, y: Buffer.from([0, 255]), t: when, a: ['x', null, '{}'] })
const results = await client.query('SELECT 1 AS one; SELECT 2 AS two')
assert.deepEqual(results.map((result) => result.rows[0]), [{ one: 1 }, { two: 2 }])

// A notice, an empty query.
const noticed = new Promise((resolve) => client.once('notice', resolve))
await client.query('DROP TABLE IF EXISTS nowhere')
assert.equal((await noticed).code, '00000')
await client.query('')
client.release()
await pool.query('DELETE FROM kvstore WHERE key = $1', ['user1'])
assert.equal((await pool.query({ ...get, values: ['user1'] })).rowCount, 0)
await pool.end()
console.log('ok')
