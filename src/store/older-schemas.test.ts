/** Databases of every schema there ever was, filled with all they could hold: what the present one keeps of them, and what it does when it cannot. */
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase, { type Database } from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { dumpOf, fillAtVersion, schemaOf } from '../testing/older-database.ts'
import { storeOptions } from '../testing/store-values.ts'
import { syncErrorOf } from '../testing/sync-error-of.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { openDatabase } from './database.ts'
import { migrations } from './migrations.ts'
import { openFolderStore } from './open-folder-store.ts'

/** Records signed before statements were said count for nothing (see the schema's fourth version), so what hangs on them begins anew. */
const firstWithStatements = 4
const begunAnew = [
  'records',
  'paths',
  'placings',
  'problems',
  'cursors',
  'certificates',
  'keeping',
  'totals',
  'facts',
]

/** What a file holds, without the program. */
function read<T>(file: string, use: (database: Database) => T): T {
  const database = new SqliteDatabase(file, { readonly: true })
  try {
    return use(database)
  } finally {
    database.close()
  }
}

/** An index that is only there while somebody keeps the newest files alone. */
const isLasting = (entry: unknown) => (entry as { readonly name: string }).name !== 'ages'

describe.each(migrations.map((_, at) => at + 1))('I11: a database of schema %i', (version) => {
  test('loses nothing that still counts', async () => {
    await using directory = await makeTempDirectory()
    const file = join(directory.path, 'folder.db')
    fillAtVersion(file, version)
    const before = read(file, dumpOf)
    const tables = Object.keys(before).filter(
      (table) => version >= firstWithStatements || !begunAnew.includes(table),
    )
    // Every table of that version has something in it, or nothing would be shown here.
    expect(Object.entries(before).filter(([, rows]) => rows.length === 0)).toEqual([])
    const told: unknown[] = []
    {
      using store = openFolderStore(file, { ...storeOptions, onDamage: (error) => told.push(error) })
      expect(store.peers().length).toBeGreaterThan(0)
    }
    expect(told).toEqual([])
    const after = read(file, dumpOf)
    for (const table of tables) expect(after[table], table).toMatchObject(before[table]!)
    const present = join(directory.path, 'present.db')
    openDatabase(present, {}, (database) => database.close())
    expect(read(file, schemaOf).filter(isLasting)).toEqual(read(present, schemaOf).filter(isLasting))
    // And the release it is of could go on where it stopped.
    if (version < migrations.length) expect(read(`${file}.before-${version}`, dumpOf)).toEqual(before)
  })

  test('is as it was before the step for which there is no room, and goes on from there', async () => {
    await using directory = await makeTempDirectory()
    const file = join(directory.path, 'folder.db')
    fillAtVersion(file, version)
    const before = read(file, dumpOf)
    const pages = read(file, (database) => database.pragma('page_count', { simple: true }) as number)
    // What SQLite says is the same as on a full disk.
    const next = 'CREATE TABLE much AS SELECT zeroblob(1000000) AS it'
    const steps = [...migrations.slice(0, version), `PRAGMA max_page_count = ${pages}; ${next}`]
    const error = syncErrorOf(() => openDatabase(file, { migrations: steps }, (database) => database.close()))
    expect(error.code).toBe('database-unusable')
    expect(read(file, dumpOf)).toEqual(before)
    expect(readdirSync(directory.path).filter((name) => name.includes('damaged'))).toEqual([])
    using store = openFolderStore(file, storeOptions)
    expect(store.peers().length).toBeGreaterThan(0)
  })
})

test('I11: a database of a newer schema is refused and keeps all it has, also with a log that was not taken in', async () => {
  await using directory = await makeTempDirectory()
  const file = join(directory.path, 'folder.db')
  fillAtVersion(file, migrations.length)
  const writer = new SqliteDatabase(file)
  writer.exec(
    `CREATE TABLE future (x); INSERT INTO future VALUES ('unheard of'); PRAGMA user_version = ${migrations.length + 1}`,
  )
  const before = dumpOf(writer)
  const [copy, log] = [join(directory.path, 'copy.db'), join(directory.path, 'copy.db-wal')]
  cpSync(file, copy)
  cpSync(`${file}-wal`, log)
  writer.close()
  const closed = readFileSync(file)
  for (const each of [file, copy]) {
    const error = syncErrorOf(() => openFolderStore(each, storeOptions))
    expect([error.code, error.message]).toEqual(['database-newer', expect.stringContaining(each)])
    expect(read(each, dumpOf)).toEqual(before)
  }
  expect(readFileSync(file).equals(closed)).toBe(true)
  expect(readdirSync(directory.path).filter((name) => /damaged|before|newer/.test(name))).toEqual([])
})

test('A9: going back and forth between two releases, each knows what it knew', async () => {
  await using directory = await makeTempDirectory()
  const file = join(directory.path, 'folder.db')
  const older = migrations.slice(0, -1)
  fillAtVersion(file, older.length)
  const before = read(file, dumpOf)
  openDatabase(file, {}, (database) => database.close())
  const after = read(file, dumpOf)
  for (let times = 0; times < 3; times += 1) {
    openDatabase(file, { migrations: older }, (database) => database.close())
    expect(read(file, dumpOf)).toEqual(before)
    openDatabase(file, {}, (database) => database.close())
    expect(read(file, dumpOf)).toEqual(after)
  }
})
