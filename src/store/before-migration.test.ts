import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { recordOf, storeOptions, versionOf } from '../testing/store-values.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { openDatabase } from './database.ts'
import { migrations } from './migrations.ts'
import { openFolderStore } from './open-folder-store.ts'

const first = ['CREATE TABLE t (x)']
const second = [...first, 'ALTER TABLE t ADD COLUMN y']
const third = [...second, 'ALTER TABLE t ADD COLUMN z']

/** Opens as a release of these migrations does, notes its name in it, and tells all the names it finds. */
function use(file: string, steps: readonly string[], name: string): readonly unknown[] {
  return openDatabase(file, { migrations: steps }, (database) => {
    database.prepare('INSERT INTO t (x) VALUES (?)').run(name)
    const names = database.prepare('SELECT x FROM t').pluck().all()
    database.close()
    return names
  })
}

describe('A9: an older release goes on where it stopped', () => {
  test('with the database as it was before a newer one migrated it, which is kept beside', async () => {
    await using directory = await makeTempDirectory()
    const file = join(directory.path, 'folder.db')
    use(file, first, 'old')
    expect(readdirSync(directory.path)).toEqual(['folder.db'])
    expect(use(file, second, 'new')).toEqual(['old', 'new'])
    expect(use(file, second, 'new')).toEqual(['old', 'new', 'new'])
    expect(use(file, first, 'back')).toEqual(['old', 'back'])
    expect(readdirSync(directory.path).sort()).toEqual(['folder.db', 'folder.db.newer-2'])
    // And forward again.
    expect(use(file, second, 'again')).toEqual(['old', 'back', 'again'])
  })

  test('also when the newer one was killed, and left its log', async () => {
    await using directory = await makeTempDirectory()
    const file = join(directory.path, 'folder.db')
    use(file, first, 'old')
    use(file, second, 'new')
    const writer = new SqliteDatabase(file)
    writer.pragma('journal_mode = WAL')
    writer.exec("INSERT INTO t (x) VALUES ('unsaved')")
    const log = join(directory.path, 'kept-log')
    renameSync(`${file}-wal`, log)
    writer.close()
    renameSync(log, `${file}-wal`)
    expect(use(file, first, 'back')).toEqual(['old', 'back'])
  })

  test('over two releases, and not over three', async () => {
    await using directory = await makeTempDirectory()
    const file = join(directory.path, 'folder.db')
    const fourth = [...third, 'ALTER TABLE t ADD COLUMN w']
    for (const [at, steps] of [first, second, third, fourth].entries()) use(file, steps, `release ${at}`)
    expect(readdirSync(directory.path).sort()).toEqual([
      'folder.db',
      'folder.db.before-2',
      'folder.db.before-3',
    ])
    expect(() => use(file, first, 'back')).toThrow(expect.objectContaining({ code: 'database-newer' }))
    expect(use(file, second, 'back')).toEqual(['release 0', 'release 1', 'back'])
  })

  test('when the machine lost power in the middle of going back', async () => {
    await using directory = await makeTempDirectory()
    const file = join(directory.path, 'folder.db')
    use(file, first, 'old')
    use(file, second, 'new')
    renameSync(file, `${file}.newer-2`)
    expect(use(file, first, 'back')).toEqual(['old', 'back'])
  })

  test('a folder that was removed and added again begins anew, whatever copies lie there', async () => {
    await using directory = await makeTempDirectory()
    const file = join(directory.path, 'folder.db')
    use(file, first, 'old')
    use(file, second, 'new')
    rmSync(file)
    expect(use(file, first, 'fresh')).toEqual(['fresh'])
  })

  test('half a copy is none', async () => {
    await using directory = await makeTempDirectory()
    const file = join(directory.path, 'folder.db')
    use(file, first, 'old')
    writeFileSync(`${file}.before-1.new`, 'half')
    use(file, second, 'new')
    expect(existsSync(`${file}.before-1.new`)).toBe(false)
    expect(use(file, first, 'back')).toEqual(['old', 'back'])
  })

  test("a folder's own database", async () => {
    await using directory = await makeTempDirectory()
    const file = join(directory.path, 'folder.db')
    const version = versionOf('episode')
    {
      using store = openFolderStore(file, storeOptions)
      store.transaction(() => store.addRecord(recordOf(version)))
    }
    openDatabase(file, { migrations: [...migrations, 'DROP TABLE paths'] }, (database) => database.close())
    using store = openFolderStore(file, storeOptions)
    expect(store.isInIndex(version.id)).toBe(true)
  })
})
