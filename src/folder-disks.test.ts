import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { DiskFacts } from './appliance/disk-facts.ts'
import type { AttachedDisk } from './appliance/disks.ts'
import type { FolderDisk, FolderEntry } from './config.ts'
import { SyncError } from './core/errors.ts'
import type { DeviceId } from './core/ids.ts'
import { folderKeys, generateFullSecret } from './core/secret.ts'
import { createDiskPlaces, createPlainPlaces, locate } from './folder-disks.ts'
import { makeTempDirectory } from './testing/temp-directory.ts'

const device = 'd'.repeat(64) as DeviceId
const secret = generateFullSecret((count) => Buffer.alloc(count, 7))
const file = `${folderKeys(secret).folderId}.db`

function diskAt(mounts: string, name: string, change: Partial<DiskFacts> = {}): AttachedDisk {
  const mountPoint = join(mounts, name)
  const facts: DiskFacts = {
    ...{ device: 'sdb1', name, state: 'attached', mountPoint, readOnly: false, reason: null, progress: null },
    disk: { device: 'sdb', model: 'M', serial: null, sizeBytes: 5, sequence: 1 },
    fileSystem: { kind: 'ext4', uuid: `uuid-${name}`, label: null },
    ...change,
  }
  return { facts, mountPoint, attachment: `${name}:1` }
}

const srv = '/srv/berrysync'
const [one, two] = [diskAt(srv, 'one'), diskAt(srv, 'two')]
const on = (name: string, uuid?: string): FolderDisk => ({
  ...{ name, database: 'disk' },
  ...(uuid === undefined ? {} : { uuid }),
})

test.each<[string, string, FolderDisk | undefined, readonly AttachedDisk[], unknown]>([
  ['beside the disks', '/home/x', undefined, [one], { kind: 'elsewhere' }],
  ['a name that begins alike', '/srv/berrysync-old/x', undefined, [one], { kind: 'elsewhere' }],
  [
    'its disk is not known yet',
    `${srv}/one/Berrysync/x`,
    undefined,
    [one, two],
    { kind: 'here', disk: one, path: `${srv}/one/Berrysync/x` },
  ],
  [
    'its disk is known',
    `${srv}/one/x`,
    on('one', 'uuid-one'),
    [two, one],
    { kind: 'here', disk: one, path: `${srv}/one/x` },
  ],
  [
    'its disk is mounted elsewhere',
    `${srv}/one/a/b`,
    on('one', 'uuid-two'),
    [one, two],
    { kind: 'here', disk: two, path: `${srv}/two/a/b` },
  ],
  ['another disk of that name', `${srv}/one/x`, on('one', 'uuid-else'), [one], { kind: 'away', name: 'one' }],
  ['no disk', `${srv}/one/x`, on('one', 'uuid-one'), [], { kind: 'away', name: 'one' }],
  ['no disk, and none known', `${srv}/one/x`, undefined, [two], { kind: 'away', name: 'one' }],
  [
    'a disk without number where one with a number is',
    `${srv}/one/x`,
    on('one'),
    [one],
    { kind: 'away', name: 'one' },
  ],
  ['where the mount points lie', srv, undefined, [one], { kind: 'away', name: 'berrysync' }],
])('A3 A4: %s', (_what, path, disk, attached, expected) => {
  expect(locate({ path, ...(disk === undefined ? {} : { disk }) }, srv, attached)).toEqual(expected)
})

test('A3: of disks without a number only the name tells, and the directory itself has to be the right one', () => {
  const plain = diskAt(srv, 'stick', { fileSystem: { kind: 'vfat', uuid: null, label: 'A' } })
  expect(locate({ path: `${srv}/stick/x`, disk: on('stick') }, srv, [plain]).kind).toBe('here')
  expect(locate({ path: `${srv}/other/x`, disk: on('other') }, srv, [plain]).kind).toBe('away')
})

async function makePlaces(change: Partial<DiskFacts> = {}) {
  const root = await makeTempDirectory()
  const [mounts, databases] = [join(root.path, 'srv'), join(root.path, 'home')]
  const disk = diskAt(mounts, 'one', change)
  const onDisk = join(disk.mountPoint, 'Berrysync', '.berrysync', 'databases', device)
  await mkdir(join(disk.mountPoint, 'Berrysync', 'x'), { recursive: true })
  await mkdir(databases)
  const attached = [disk]
  const disks = { attached: () => attached, listen: () => new DisposableStack() }
  const entry: FolderEntry = { path: join(disk.mountPoint, 'Berrysync', 'x'), secret, set: {} }
  const places = createDiskPlaces({ disks, mounts, device, databases })
  const databaseOf = (asked: FolderEntry): FolderDisk['database'] => {
    const placed = places.place(asked)
    if (placed instanceof SyncError) throw placed
    return placed.entry.disk!.database
  }
  return {
    ...root,
    disk,
    onDisk,
    databases,
    attached,
    entry,
    places,
    databaseOf,
    [Symbol.asyncDispose]: () => root[Symbol.asyncDispose](),
  }
}

test.each([
  ['ext4', 'disk'],
  ['btrfs', 'disk'],
  ['xfs', 'disk'],
  ['f2fs', 'disk'],
  ['exfat', 'device'],
  ['vfat', 'device'],
  ['ntfs', 'device'],
  ['ext2', 'device'],
] as const)('A5: a new database on %s lies with the %s', async (kind, expected) => {
  await using made = await makePlaces({ fileSystem: { kind, uuid: 'u', label: null } })
  expect(made.databaseOf(made.entry)).toBe(expected)
})

test('A5: where a database lies it stays, whatever the disk is fit for; what was written down counts before that', async () => {
  await using made = await makePlaces()
  const { entry, databases, onDisk, places, databaseOf } = made
  await writeFile(join(databases, file), '')
  expect(databaseOf(entry)).toBe('device')
  expect(databaseOf({ ...entry, isNew: true })).toBe('disk')
  await mkdir(onDisk, { recursive: true })
  await writeFile(join(onDisk, file), '')
  expect(databaseOf(entry)).toBe('disk')
  const disk: FolderDisk = { uuid: 'uuid-one', name: 'one', database: 'device' }
  const known = { ...entry, disk }
  expect(places.place(known)).toEqual({ entry: known, attachment: 'one:1' })
  expect(await places.databases(known)).toBe(databases)
})

test('A5 A4: the directory of databases is made on the disk, and nothing where no disk is', async () => {
  await using made = await makePlaces()
  const { entry, places, onDisk, attached, disk } = made
  const placed = places.place(entry)
  if (placed instanceof SyncError) throw placed
  expect(await places.databases(placed.entry)).toBe(onDisk)
  expect(await readdir(onDisk)).toEqual([])
  expect(places.own()).toEqual([join(disk.mountPoint, 'Berrysync', '.berrysync')])
  attached.length = 0
  expect(await places.databases(placed.entry)).toBeUndefined()
  expect(places.place(placed.entry)).toMatchObject({
    code: 'disk-away',
    data: { path: entry.path, disk: 'one' },
  })
  const bare = diskAt(join(disk.mountPoint, '..'), 'bare')
  await mkdir(bare.mountPoint)
  attached.push(bare)
  const there = { ...entry, path: join(bare.mountPoint, 'x'), disk: on('bare', 'uuid-bare') }
  await expect(places.databases(there)).rejects.toMatchObject({ code: 'database-unusable' })
  expect(await readdir(bare.mountPoint)).toEqual([])
})

test('a folder of a disk that can only be read waits, and says why', async () => {
  await using made = await makePlaces({ readOnly: true })
  expect(made.places.place(made.entry)).toMatchObject({ code: 'disk-read-only' })
})

test('a device that is no appliance leaves disks alone, and does not open a folder that an appliance looked after', async () => {
  const places = createPlainPlaces('/home')
  const entry: FolderEntry = { path: `${srv}/one/x`, secret, set: {} }
  expect(places.place(entry)).toEqual({ entry, attachment: undefined })
  expect(await places.databases(entry)).toBe('/home')
  expect(places.place({ ...entry, disk: on('one', 'u') })).toMatchObject({ code: 'appliance-only' })
  expect(await places.databases({ ...entry, disk: on('one', 'u') })).toBeUndefined()
})
