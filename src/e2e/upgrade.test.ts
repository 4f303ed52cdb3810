/** The built program with what older versions left: whole homes, databases it is killed over while it migrates them, disks without room for that. */
import { execFile } from 'node:child_process'
import { cp, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import SqliteDatabase from 'better-sqlite3'
import { expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { startDaemon } from '../testing/daemon.ts'
import { fixtureSets, placeDevice } from '../testing/fixture-set.ts'
import { makeLoopDisk } from '../testing/loop-disk.ts'
import { type Dump, dumpOf, fillAtVersion, openAsToday, schemaCount } from '../testing/older-database.ts'
import { startPlace } from '../testing/place.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { differencesOf, readTree } from '../testing/tree.ts'
import { until } from '../testing/until.ts'

const execute = promisify(execFile)
const opener = fileURLToPath(new URL('../testing/store-opener.ts', import.meta.url))
const options = { timeout: 900_000 }

/** With which a database is changed, or a copy of it made. All of it happens on the main thread, the only one strace looks at here. */
const calls = ['pwrite64', 'ftruncate', 'unlink', 'copy_file_range', 'rename', 'fsync', 'fdatasync'] as const
/** Of the many writes to a log one in so many is tried. */
const stride = Math.max(1, Math.round(6 / caseCount(1)))

function dump(file: string): Dump {
  const database = new SqliteDatabase(file, { readonly: true })
  try {
    return dumpOf(database)
  } finally {
    database.close()
  }
}

interface Row {
  readonly path: string
  readonly action: string
  readonly device: string
  readonly sizeBytes: number
}

/** What is looked for again of what a set holds. */
interface Expected {
  readonly folderId: string
  readonly databaseFile: string
  readonly config: { readonly folders: readonly { readonly secret: string }[] }
  readonly device: {
    readonly counts: { readonly files: number }
    readonly index: readonly { readonly record: { readonly version: { readonly id: string } } }[]
    readonly history: readonly Row[]
    readonly conflictCopies: readonly { readonly path: string }[]
    readonly problems: readonly { readonly path: string; readonly code: string }[]
  }
}

async function openTraced(file: string, tracing: readonly string[]): Promise<void> {
  await execute('strace', [
    '-qq',
    '-e',
    `trace=${calls.join(',')}`,
    ...tracing,
    process.execPath,
    opener,
    file,
  ])
}

async function copyTo(from: string, file: string): Promise<void> {
  await cp(from, file)
}

// The first one whose records still count, and the one before the present.
test.each([4, schemaCount - 1])(
  'I11: killed before each change it makes to a file, migrating a database of schema %i loses nothing',
  options,
  async (version) => {
    await using directory = await makeTempDirectory()
    const original = join(directory.path, 'original.db')
    fillAtVersion(original, version)
    const before = dump(original)
    const whole = join(directory.path, 'whole', 'folder.db')
    await copyTo(original, whole)
    const record = join(directory.path, 'record')
    await openTraced(whole, ['-o', record])
    const after = dump(whole)
    const made = (await readFile(record, 'utf8')).split('\n').map((line) => line.split('(')[0])

    let kills = 0
    for (const call of calls) {
      const count = made.filter((each) => each === call).length
      for (let nth = 1; nth <= count; nth += call === 'pwrite64' ? stride : 1) {
        const place = join(directory.path, `${call}-${nth}`)
        const file = join(place, 'folder.db')
        await copyTo(original, file)
        const inject = ['-e', `inject=${call}:signal=SIGKILL:when=${nth}`, '-o', '/dev/null']
        const ended = await openTraced(file, inject).catch((error) => error)
        expect(ended, `${call} ${nth}`).toMatchObject({ signal: 'SIGKILL' })
        kills += 1
        openAsToday(file)[Symbol.dispose]()
        expect(dump(file), `${call} ${nth}`).toEqual(after)
        // The copy an older release would go on with is whole, or was not made yet and is made now.
        expect(dump(`${file}.before-${version}`), `${call} ${nth}`).toEqual(before)
        expect(
          (await readdir(place)).filter((name) => /damaged|newer|\.new$/.test(name)),
          `${call} ${nth}`,
        ).toEqual([])
        await rm(place, { recursive: true })
      }
    }
    expect(kills).toBeGreaterThan(20)
  },
)

test(
  'I11: a disk that has no room for a migration keeps the database as it was, and it goes on when there is room',
  options,
  async () => {
    await using root = await makeTempDirectory()
    await using disk = await makeLoopDisk(root.path, 'small', 'ext4', 24)
    const file = join(disk.path, 'folder.db')
    // The table of all paths is written anew when the first becomes the second.
    fillAtVersion(file, 1, 5_000)
    const before = dump(file)
    const { bavail, bsize } = await statfs(disk.path)
    await writeFile(join(disk.path, 'ballast'), Buffer.alloc(bavail * bsize - 64 * 1024, 1))
    for (let times = 0; times < 2; times += 1) {
      expect(() => openAsToday(file)).toThrow(expect.objectContaining({ code: 'database-unusable' }))
      expect(dump(file)).toEqual(before)
    }
    expect((await readdir(disk.path)).filter((name) => /damaged|before|newer/.test(name))).toEqual([])
    await rm(join(disk.path, 'ballast'))
    using store = openAsToday(file)
    expect(store.peers()).toHaveLength(before.peers!.length)
  },
)

test.each(fixtureSets().map((set) => [set.version, set] as const))(
  'I1: the present program goes on with the home of %s: nothing changes, and a new device gets all of it',
  options,
  async (_, set) => {
    await using stack = new AsyncDisposableStack()
    const root = stack.use(await makeTempDirectory())
    const { home, folder } = await placeDevice(set, root.path)
    const expected = set.expected() as Expected
    const before = await readTree(folder)
    const attic = stack.use(await startDaemon(home))
    const look = async () => (await attic.askJson('status')).folders[0]
    const settled = await until('looked through', async () => {
      await attic.ask('rescan')
      const status = await look()
      return status.state === 'up-to-date' && status
    })
    expect(settled).toMatchObject({
      id: expected.folderId,
      files: expected.device.counts.files,
      needFiles: 0,
    })
    expect(settled.problems).toMatchObject(expected.device.problems.map(({ path, code }) => ({ path, code })))
    expect((await attic.askJson('secrets', folder)).full).toBe(expected.config.folders[0]!.secret)
    const { history } = await attic.askJson('history', folder)
    const bare = (rows: readonly Row[]) =>
      rows.map(({ path, action, device, sizeBytes }) => ({ path, action, device, sizeBytes }))
    expect(bare(history)).toEqual(bare(expected.device.history))
    const { conflicts } = await attic.askJson('conflicts', folder)
    expect(conflicts.map(({ path }: Row) => path)).toEqual(
      expected.device.conflictCopies.map(({ path }) => path),
    )
    const { archive } = await attic.askJson('archive', 'list', folder)
    const archived = set
      .entries()
      .filter(({ path, kind }) => path.startsWith('.sync/archive/') && kind === 'file')
    expect(archive.map(({ id }: { readonly id: string }) => `.sync/archive/${id}`).sort()).toEqual(
      archived.map(({ path }) => path).sort(),
    )
    const { peers } = await attic.askJson('peers', folder)
    const states = peers.map(
      ({ name, state }: { readonly name: string; readonly state: string }) => `${name} ${state}`,
    )
    expect(states.sort()).toEqual(['kitchen member', 'lodger revoked', 'reader member', 'stranger waiting'])

    const newcomer = await startPlace(root.path, 'newcomer', stack)
    await newcomer.add(expected.config.folders[0]!.secret, { daemon: attic } as never)
    await until('the newcomer has all of it', async () => {
      const { folders } = await newcomer.status()
      return folders[0]?.state === 'up-to-date' && folders[0].settled
    })
    expect(differencesOf(before, await readTree(folder))).toEqual([])
    // What is left out, and what cannot be synced, stays where it is.
    const told = [...(await readTree(newcomer.directory)).keys()]
    expect([...before.keys()].filter((path) => !told.includes(path)).sort()).toEqual(['left out.tmp', 'pipe'])
    await attic.end('SIGTERM')
    using store = openAsToday(join(home, 'folders', expected.databaseFile))
    const signed = store.indexAfter(0, 1000).map(({ record }) => record.version.id)
    expect(signed).toEqual(expected.device.index.map(({ record }) => record.version.id))
    expect(attic.log.filter((line) => /"level":"(error|warn)"/.test(line))).toEqual([])
  },
)
