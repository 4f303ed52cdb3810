import SqliteDatabase, { type Database } from 'better-sqlite3'
import { expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { connectDevices, openMemoryDevice, pass } from '../testing/memory-device.ts'
import type { MemoryDisk } from '../testing/memory-files.ts'
import { storeOptions } from '../testing/store-values.ts'
import { openFolderStore } from './open-folder-store.ts'

/** The database of a device that has received, changed and deleted files. */
async function usedDevice(): Promise<{ readonly image: Buffer; readonly own: MemoryDisk }> {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  await using alice = await openMemoryDevice({ clock, name: 'alice' })
  await using bob = await openMemoryDevice({ clock, name: 'bob' })
  connectDevices(alice, bob)
  for (const name of ['a', 'b', 'c/d']) alice.own.person.writeFile(name, `of ${name}`)
  await pass(clock)
  bob.own.person.writeFile('a', 'changed')
  bob.own.person.remove('b')
  await pass(clock)
  return { image: bob.image(), own: bob.own }
}

function faultsOf(image: Buffer, spoil: (database: Database) => void): readonly string[] {
  const database = new SqliteDatabase(image)
  using store = openFolderStore(':memory:', { ...storeOptions, connect: () => database })
  spoil(database)
  const faults: string[] = []
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: ReturnType<typeof store.inspectPaths> = store.inspectPaths(after, 2)
    faults.push(...page.faults)
    after = page.after
  }
  return [...faults, ...store.inspect()]
}

test('what does not fit together in a database is found, and nothing else', async () => {
  const { image } = await usedDevice()
  expect(faultsOf(image, () => undefined)).toEqual([])
  const spoilt: readonly (readonly [sql: string, fault: string])[] = [
    ["UPDATE paths SET winner_size = 99 WHERE path = 'a'", 'a: its winner is not the record it names'],
    [
      "UPDATE paths SET agreed = (SELECT agreed FROM paths WHERE path = 'c/d') WHERE path = 'a'",
      'a: what it agreed to is not the record it names',
    ],
    ["UPDATE records SET superseded = 1 WHERE path = 'a'", 'a: a version won that is not in the index'],
    [
      "UPDATE blocks SET hashes = zeroblob(32) WHERE root = (SELECT here_root FROM paths WHERE path = 'a')",
      'a: the block list of what lies here is another one',
    ],
    [
      "UPDATE records SET vector = zeroblob(12) WHERE path = 'a'",
      'a: it cannot be understood (no vector has 12 bytes)',
    ],
    ['UPDATE totals SET need_count = need_count + 1', 'sums that are not those of the paths'],
    [
      "UPDATE paths SET held = 1 WHERE path = 'c/d'",
      'paths that are held back without a problem, or the other way round',
    ],
    ["UPDATE sqlite_sequence SET seq = 1 WHERE name = 'records'", 'records beyond the last number'],
    [
      'UPDATE statements SET sequence = (SELECT min(sequence) FROM records) WHERE sequence = (SELECT min(sequence) FROM statements)',
      'numbers given twice',
    ],
    ["DELETE FROM paths WHERE path = 'a'", 'paths with versions of which none won'],
  ]
  for (const [sql, fault] of spoilt)
    expect
      .soft(
        faultsOf(image, (database) => database.exec(sql)),
        sql,
      )
      .toEqual(expect.arrayContaining([fault]))
})

test('I11 a database that does not agree with itself is set aside when a scrub or a person looks, and no file is touched', async () => {
  const { image, own } = await usedDevice()
  for (const look of ['scrub', 'check'] as const) {
    const clock = createManualClock(Date.UTC(2026, 0, 2))
    let damaged = 0
    const database = new SqliteDatabase(image)
    database.exec('UPDATE totals SET file_count = file_count + 1')
    await using bob = await openMemoryDevice({
      ...{ clock, name: 'bob', image: database.serialize(), own, onDatabaseDamaged: () => void damaged++ },
    })
    await pass(clock)
    const before = own.person.tree()
    if (look === 'scrub') bob.folder.startScrub()
    else {
      const { databaseFaults } = await bob.folder.check()
      expect(databaseFaults).toEqual(['sums that are not those of the paths'])
    }
    await pass(clock, 60_000)
    expect(damaged).toBeGreaterThan(0)
    expect(own.person.tree()).toEqual(before)
  }
})
