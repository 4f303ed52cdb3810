import {
  chmodSync,
  closeSync,
  globSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import type { SyncError } from '../core/errors.ts'
import { toId } from '../core/ids.ts'
import { hereOf, recordOf, rootOf, storeOptions, versionOf } from '../testing/store-values.ts'
import { syncErrorOf } from '../testing/sync-error-of.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { openDatabase } from './database.ts'
import type { FolderStore } from './folder-store.ts'
import { migrations } from './migrations.ts'
import { openFolderStore } from './open-folder-store.ts'

function fillWith(store: FolderStore, count: number): void {
  store.transaction(() => {
    for (let number = 0; number < count; number += 1) {
      const version = versionOf(`directory/file ${number}`)
      store.addRecord(recordOf(version))
      store.setWinner(version.path, version.id, [])
      store.adopt(version.path, version.id, hereOf(version))
    }
  })
}

function overwrite(file: string, fromByte: number): void {
  const handle = openSync(file, 'r+')
  const length = statSync(file).size - fromByte
  writeSync(handle, Buffer.alloc(length, 0xff), 0, length, fromByte)
  closeSync(handle)
}

describe('a database file', () => {
  test('is readable by nobody else, its log included', async () => {
    await using directory = await makeTempDirectory()
    const file = join(directory.path, 'folder.db')
    writeFileSync(file, '')
    chmodSync(file, 0o644)
    using store = openFolderStore(file, storeOptions)
    store.setFact('a', 'b')
    const modes = readdirSync(directory.path).map((name) => statSync(join(directory.path, name)).mode & 0o777)
    expect(modes.length).toBeGreaterThan(1)
    expect(new Set(modes)).toEqual(new Set([0o600]))
  })

  test('that cannot be made is told as such', async () => {
    await using directory = await makeTempDirectory()
    expect(
      syncErrorOf(() => openFolderStore(join(directory.path, 'none', 'folder.db'), storeOptions)).code,
    ).toBe('database-unusable')
    expect(syncErrorOf(() => openFolderStore(directory.path, storeOptions)).code).toBe('database-unusable')
  })

  test('of a newer version is left as it is', async () => {
    await using directory = await makeTempDirectory()
    const file = join(directory.path, 'folder.db')
    openDatabase(file, { migrations: [...migrations, 'CREATE TABLE future (x)'] }, (database) =>
      database.close(),
    )
    const before = readFileSync(file)
    expect(syncErrorOf(() => openFolderStore(file, storeOptions)).code).toBe('database-newer')
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(readdirSync(directory.path)).toEqual(['folder.db'])
  })

  test('of an older version is brought up to date once, keeping what it holds', async () => {
    await using directory = await makeTempDirectory()
    const file = join(directory.path, 'folder.db')
    const steps = [
      'CREATE TABLE t (x); INSERT INTO t VALUES (1)',
      'ALTER TABLE t ADD COLUMN y; UPDATE t SET x = x + 1',
      'UPDATE t SET x = x * 10',
    ]
    openDatabase(file, { migrations: steps.slice(0, 1) }, (database) => database.close())
    for (let again = 0; again < 2; again += 1) {
      const seen = openDatabase(file, { migrations: steps }, (database) => {
        const values = [
          database.prepare('SELECT x FROM t').pluck().all(),
          database.pragma('user_version', { simple: true }),
        ]
        database.close()
        return values
      })
      expect(seen).toEqual([[20], 3])
    }
  })

  test('stays at the last whole version when a migration fails', async () => {
    await using directory = await makeTempDirectory()
    const file = join(directory.path, 'folder.db')
    const steps = [
      'CREATE TABLE t (x)',
      'CREATE TABLE u (x)',
      'CREATE TABLE v (x); INSERT INTO nowhere VALUES (1)',
    ]
    expect(() => openDatabase(file, { migrations: steps }, () => undefined)).toThrow('nowhere')
    const seen = openDatabase(file, { migrations: steps.slice(0, 2) }, (database) => {
      const names = database.prepare('SELECT name FROM sqlite_schema ORDER BY name').pluck().all()
      database.close()
      return names
    })
    expect(seen).toEqual(['t', 'u'])
  })
})

describe('a damaged database', () => {
  const damages: readonly (readonly [string, (file: string) => void])[] = [
    ['is no database at all', (file) => writeFileSync(file, 'something else entirely'.repeat(1000))],
    ['has lost its end', (file) => truncateSync(file, 4096 * 3)],
    ['has a hole of rubbish', (file) => overwrite(file, 4096 * 30)],
    [
      'has a broken header',
      (file) => writeFileSync(file, Buffer.concat([Buffer.alloc(200, 7), readFileSync(file).subarray(200)])),
    ],
  ]

  test.each(damages)('is moved aside and made anew when it %s', async (_, damage) => {
    await using directory = await makeTempDirectory()
    const file = join(directory.path, 'folder.db')
    const first = openFolderStore(file, storeOptions)
    fillWith(first, 500)
    const firstIndex = first.indexId()
    first[Symbol.dispose]()
    damage(file)
    const damaged = readFileSync(file)

    const told: SyncError[] = []
    using store = openFolderStore(file, { ...storeOptions, onDamage: (error) => told.push(error) })
    expect(told.map((error) => [error.code, error.data.aside])).toEqual([
      ['database-damaged', `${file}.damaged-1`],
    ])
    expect(readFileSync(`${file}.damaged-1`).equals(damaged)).toBe(true)
    expect(store.indexId()).not.toBe(firstIndex)
    expect([store.counts().files, store.lastSequence()]).toEqual([0, 0])
  })

  test('is moved aside also when nobody listens, and never over an earlier one', async () => {
    await using directory = await makeTempDirectory()
    const file = join(directory.path, 'folder.db')
    writeFileSync(`${file}.damaged-1`, 'earlier')
    for (const suffix of ['', '-wal', '-shm']) writeFileSync(file + suffix, `rubbish${suffix}`.repeat(100))
    using store = openFolderStore(file, storeOptions)
    store.setFact('a', 'b')
    expect(readFileSync(`${file}.damaged-2`, 'utf8')).toBe('rubbish'.repeat(100))
    expect(readFileSync(`${file}.damaged-1`, 'utf8')).toBe('earlier')
  })

  test('too large to be checked is noticed in use, and replaced when opened again', async () => {
    await using directory = await makeTempDirectory()
    const file = join(directory.path, 'folder.db')
    const first = openFolderStore(file, storeOptions)
    first.transaction(() => {
      for (let number = 0; number < 140; number += 1)
        first.addBlocks(rootOf(String(number)), 131072, Buffer.alloc(65536, number))
    })
    fillWith(first, 2000)
    first[Symbol.dispose]()
    overwrite(file, 9 * 1024 ** 2)

    const told: SyncError[] = []
    using store = openFolderStore(file, { ...storeOptions, onDamage: (error) => told.push(error) })
    const error = syncErrorOf(() =>
      store.transaction(() => {
        store.setFact('a', 'b')
        store.hereBelow('', undefined, 5000)
        store.indexAfter(0, 5000)
      }),
    )
    expect([error.code, error.data.aside]).toEqual(['database-damaged', `${file}.damaged-1`])
    expect(syncErrorOf(() => store.counts())).toBe(error)
    using fresh = openFolderStore(file, storeOptions)
    expect([fresh.counts().files, fresh.fact('a'), told.length]).toEqual([0, undefined, 0])
  })
})

test('no statement has a parameter alone for its limit, or SQLite prepares it again at each call', () => {
  const sources = globSync(join(import.meta.dirname, '**/*.ts')).filter((file) => !file.endsWith('.test.ts'))
  const limits = sources.flatMap((file) => readFileSync(file, 'utf8').match(/\bLIMIT .{6}/g) ?? [])
  expect(limits.filter((limit) => limit.startsWith('LIMIT 0 + ')).length).toBeGreaterThan(10)
  expect(limits.filter((limit) => /^LIMIT [?:@$]/.test(limit))).toEqual([])
})

test('what only moves a cursor leaves everything else as durable as it was', () => {
  const database = new SqliteDatabase(':memory:')
  using store = openFolderStore(':memory:', { ...storeOptions, connect: () => database })
  const [device, index] = [toId('DeviceId', Buffer.alloc(32, 1)), toId('IndexId', Buffer.alloc(8, 1))]
  store.moveCursor(device, index, 7)
  expect(store.cursor(device)).toEqual({ indexId: index, sequence: 7 })
  expect(database.pragma('synchronous', { simple: true })).toBe(2)
})
