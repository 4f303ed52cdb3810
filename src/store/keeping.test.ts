import SqliteDatabase from 'better-sqlite3'
import { expect, test } from 'vitest'
import { hereOf, pathOf, recordOf, storeOptions, versionOf } from '../testing/store-values.ts'
import type { FolderStore } from './folder-store.ts'
import { migrations } from './migrations.ts'
import { openFolderStore } from './open-folder-store.ts'
import { mtimeMsOf } from './rank.ts'
import { versionToRow } from './version-row.ts'

function add(
  store: FolderStore,
  path: string,
  sizeBytes: number,
  day: number,
  kind: 'file' | 'link' = 'file',
) {
  const version = versionOf(path, { sizeBytes, mtimeNs: BigInt(day) * 86_400_000_000_000n, kind })
  store.addRecord(recordOf(version))
  store.setWinner(version.path, version.id, [])
  return version
}

function filled(): FolderStore {
  const store = openFolderStore(':memory:', storeOptions)
  for (const [path, size, day] of [
    ['a', 500, 1],
    ['b', 30, 3],
    ['c', 400, 2],
    ['empty', 0, 0],
  ] as const)
    add(store, path, size, day)
  add(store, 'z link', 7, 0, 'link')
  return store
}

test('files come in the chosen order, and what takes no time before them', () => {
  using store = filled()
  expect(store.needs(0, 9)).toEqual(['empty', 'z link', 'a', 'b', 'c'])
  store.setOrder('newest')
  expect(store.needs(0, 9)).toEqual(['empty', 'z link', 'b', 'c', 'a'])
  store.setOrder('smallest')
  expect(store.needs(0, 3)).toEqual(['empty', 'z link', 'b'])
  add(store, 'd', 1, 1)
  expect(store.needs(0, 3)).toEqual(['empty', 'z link', 'd'])
  store.setAsked(pathOf('a'), true)
  expect(store.needs(0, 1)).toEqual(['a'])
})

test('only the newest are kept, and those that are asked for', () => {
  using store = filled()
  store.keepNewest({ files: 2, bytes: 0 })
  expect(store.needs(0, 9)).toEqual(['z link', 'b', 'c'])
  expect(store.counts()).toMatchObject({ files: 5, unkeptFiles: 2, unkeptBytes: 500, needFiles: 3 })
  store.setAsked(pathOf('a'), true)
  store.keepNewest({ files: 2, bytes: 0 })
  expect(store.needs(0, 9)).toEqual(['a', 'z link', 'b', 'c'])
  // What was asked for stays, though it was taken over.
  const a = store.state(pathOf('a'))!.winner!
  store.adopt(a.path, a.id, hereOf(a))
  expect(store.state(a.path)).toMatchObject({ asked: true, unkept: false })
  store.keepNewest({ files: 0, bytes: 0 })
  expect(store.state(a.path)).toMatchObject({ asked: false, unkept: false })
})

test('what falls out is to leave the disk only where nobody changed it, and then nobody deleted it', () => {
  using store = filled()
  for (const path of ['a', 'b', 'c'].map(pathOf)) {
    const { winner } = store.state(path)!
    store.adopt(
      path,
      winner!.id,
      hereOf(winner!, path === 'c' ? { root: store.state(pathOf('a'))!.winner!.root } : {}),
    )
  }
  store.keepNewest({ files: 1, bytes: 0 })
  expect(store.needs(0, 1)).toEqual(['a'])
  expect(store.state(pathOf('c'))).toMatchObject({ unkept: true })
  expect(store.localChanges(9).map(({ path }) => path)).toEqual(['c'])
  store.setHere(pathOf('a'), undefined)
  expect(store.localChanges(9).map(({ path }) => path)).toEqual(['c'])
  expect(store.state(pathOf('a'))).toMatchObject({ agreed: undefined })
  store.keepNewest({ files: 0, bytes: 0 })
  expect(store.needs(0, 9)).toContain('a')
})

test('a size is filled from the newest on, and a file larger than it is left out alone', () => {
  using store = filled()
  add(store, 'huge', 10_000, 9)
  store.keepNewest({ files: 0, bytes: 450 })
  expect(store.needs(0, 9)).toEqual(['empty', 'z link', 'b', 'c'])
  add(store, 'today', 40, 9)
  store.keepNewest({ files: 0, bytes: 450 })
  expect(store.needs(0, 9)).toEqual(['z link', 'b', 'today'])
})

test('the second schema takes over times, totals and the note of what was being put', () => {
  const version = versionOf('a', { sizeBytes: 500, mtimeNs: -1_500_000n })
  const database = new SqliteDatabase(':memory:')
  database.exec(migrations[0]!)
  const row: Record<string, unknown> = { ...versionToRow(version), body: Buffer.of(1), author: Buffer.of(1) }
  const columns = Object.keys(row)
  const insert = `INSERT INTO records (${columns}) VALUES (${columns.map((column) => `:${column}`)})`
  database.prepare(insert).run(row)
  database.exec(
    "INSERT INTO paths (path, winner, winner_kind, winner_size, placing) VALUES ('a', 1, 'file', 500, 1)",
  )
  database.exec(migrations[1]!)
  expect(database.prepare('SELECT winner, winner_mtime, need FROM paths').all()).toEqual([
    { winner: 1, winner_mtime: expect.any(Number), need: 'live' },
  ])
  expect(database.prepare('SELECT path, sequence FROM placings').all()).toEqual([{ path: 'a', sequence: 1 }])
  expect(database.prepare('SELECT * FROM totals').get()).toMatchObject({
    ...{ file_count: 1, file_bytes: 500, need_count: 1, need_bytes: 500, unkept_count: 0 },
  })
})

test('times are compared by whole milliseconds, whatever their size', () => {
  expect([0n, 999_999n, 1_000_000n, -1n, -1_000_000n].map(mtimeMsOf)).toEqual([0, 0, 1, -1, -1])
  expect(mtimeMsOf(2n ** 100n)).toBe(2 ** 52)
  expect(mtimeMsOf(-(2n ** 100n))).toBe(-(2 ** 52))
})
