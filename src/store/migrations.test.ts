import SqliteDatabase from 'better-sqlite3'
import { expect, test } from 'vitest'
import { hereOf, recordOf, storeOptions, versionOf } from '../testing/store-values.ts'
import { migrate, migrations } from './migrations.ts'
import { openFolderStore } from './open-folder-store.ts'

test('E7 a database from before statements begins anew, on the disk it knows', () => {
  const database = new SqliteDatabase(':memory:')
  migrate(database, migrations.slice(0, 3))
  database.exec(
    "INSERT INTO facts VALUES ('diskId', 'a disk'), ('indexId', '00'), ('epoch', '11'), ('lease', 'x')",
  )
  database.exec("INSERT INTO paths (path, winner, here_kind) VALUES ('a', 7, 'directory')")
  database.exec("INSERT INTO certificates VALUES (x'01', x'02', 'full', x'03', x'04')")
  using store = openFolderStore(':memory:', { ...storeOptions, connect: () => database })
  expect([store.fact('diskId'), store.fact('epoch'), store.fact('lease')]).toEqual([
    'a disk',
    undefined,
    undefined,
  ])
  expect(store.counts()).toMatchObject({ files: 0, needFiles: 0 })
  expect(store.hereBelow('', undefined, 10)).toEqual([])
  const version = versionOf('b', {})
  store.addRecord(recordOf(version))
  store.setWinner(version.path, version.id, [])
  store.adopt(version.path, version.id, hereOf(version, {}))
  expect(store.counts()).toMatchObject({ files: 1, needFiles: 0 })
})
