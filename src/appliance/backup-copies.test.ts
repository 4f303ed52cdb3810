import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { backupFileName } from '../core/backup-content.ts'
import { isSyncError } from '../core/errors.ts'
import type { BackupLock } from '../core/sealed-backup.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog, type MemoryLog } from '../testing/memory-log.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import {
  type BackupCopies,
  type CopyPlace,
  copyDirectory,
  keptCopies,
  openBackupCopies,
} from './backup-copies.ts'

const lock: BackupLock = {
  ...{ costExponent: 15, blockSize: 8, parallel: 8 },
  ...{ salt: Buffer.alloc(16, 1), publicKey: Buffer.alloc(32, 2) },
}

interface Scene extends AsyncDisposable {
  readonly root: string
  readonly clock: ManualClock
  readonly log: MemoryLog
  places: CopyPlace[]
  sign: string
  open(): Promise<BackupCopies>
  /** Makes the mount point of a disk. */
  attach(disk: string): Promise<string>
  files(disk: string): Promise<string[]>
}

async function makeScene(): Promise<Scene> {
  const directory = await makeTempDirectory()
  const clock = createManualClock(Date.UTC(2026, 10, 23))
  const log = createMemoryLog()
  const scene: Scene = {
    ...{ root: directory.path, clock, log, places: [], sign: 'a' },
    open: () =>
      openBackupCopies({
        ...{ clock, log, file: join(directory.path, 'backup-lock.json') },
        places: () => scene.places,
        sign: async () => scene.sign,
        lock: async () => ({
          name: backupFileName('attic', new Date(clock.now()).toISOString()),
          deviceName: 'attic',
          bytes: Buffer.from(`sealed ${scene.sign}`),
        }),
      }),
    async attach(disk) {
      const mountPoint = join(directory.path, disk)
      await mkdir(join(mountPoint, 'Berrysync'), { recursive: true })
      scene.places.push({ disk, uuid: `uuid of ${disk}`, mountPoint, isReadOnly: false })
      return mountPoint
    },
    files: async (disk) => (await readdir(join(directory.path, disk, ...copyDirectory))).sort(),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  }
  return scene
}

test('nothing is written before somebody chose a passphrase', async () => {
  await using scene = await makeScene()
  await scene.attach('one')
  await using copies = await scene.open()
  await copies.look()
  expect(copies.keptSince()).toBeUndefined()
  expect(await readdir(join(scene.root, 'one', 'Berrysync'))).toEqual([])
})

test('each attached disk gets a copy at once, and another when something changed', async () => {
  await using scene = await makeScene()
  await scene.attach('one')
  await scene.attach('two')
  await using copies = await scene.open()
  await copies.keep(lock)
  for (const disk of ['one', 'two'])
    expect(await scene.files(disk)).toEqual(['attic-20261123T000000Z.berrysync-backup'])
  await scene.clock.advance(60_000)
  await copies.look()
  expect((await scene.files('one')).length, 'nothing changed').toBe(1)
  scene.sign = 'b'
  await copies.look()
  expect(await copies.list()).toMatchObject([
    { disk: 'one', deviceName: 'attic', made: '2026-11-23T00:01:00Z' },
    { disk: 'two', made: '2026-11-23T00:01:00Z' },
    { made: '2026-11-23T00:00:00Z' },
    { made: '2026-11-23T00:00:00Z' },
  ])
  expect(String(await copies.read('two', 'attic-20261123T000100Z.berrysync-backup'))).toBe('sealed b')
})

test('a change is on the disk ten minutes later without anybody asking', async () => {
  await using scene = await makeScene()
  await scene.attach('one')
  await using copies = await scene.open()
  await copies.keep(lock)
  scene.sign = 'b'
  await scene.clock.advance(600_000)
  await expect.poll(() => scene.files('one')).toHaveLength(2)
})

test('the newest stay, also where the clock was set back', async () => {
  await using scene = await makeScene()
  await scene.attach('one')
  await using copies = await scene.open()
  await copies.keep(lock)
  for (let at = 0; at < 9; at++) {
    scene.sign = `change ${at}`
    await scene.clock.advance(1000)
    await copies.look()
  }
  expect(await scene.files('one')).toHaveLength(keptCopies)
  scene.sign = 'after the clock was lost'
  scene.clock.jumpWall(Date.UTC(2020, 0, 1) - scene.clock.now())
  await copies.look()
  await copies.look()
  const files = await scene.files('one')
  expect(files).toHaveLength(keptCopies)
  expect(files[0]).toBe('attic-20200101T000000Z.berrysync-backup')
})

test('what was chosen outlives a restart, and nothing is written twice', async () => {
  await using scene = await makeScene()
  await scene.attach('one')
  {
    await using copies = await scene.open()
    await copies.keep(lock)
  }
  await scene.clock.advance(5000)
  await using again = await scene.open()
  await again.look()
  expect(again.keptSince()).toBe('2026-11-23T00:00:00.000Z')
  expect(await scene.files('one')).toHaveLength(1)
})

test('a copy that somebody deleted is made again', async () => {
  await using scene = await makeScene()
  const mountPoint = await scene.attach('one')
  await using copies = await scene.open()
  await copies.keep(lock)
  await rm(join(mountPoint, ...copyDirectory), { recursive: true })
  await copies.look()
  expect(await scene.files('one')).toHaveLength(1)
})

test('after a person said no more, none is made and those there stay', async () => {
  await using scene = await makeScene()
  await scene.attach('one')
  await using copies = await scene.open()
  await copies.keep(lock)
  await copies.keep(undefined)
  scene.sign = 'b'
  await copies.look()
  expect(copies.keptSince()).toBeUndefined()
  expect(await scene.files('one')).toHaveLength(1)
})

test('a disk for reading is left alone, and one that refuses does not keep the other from its copy', async () => {
  await using scene = await makeScene()
  const first = await scene.attach('first')
  await scene.attach('second')
  scene.places.push({ disk: 'third', uuid: 'u', mountPoint: join(scene.root, 'third'), isReadOnly: true })
  await writeFile(join(first, 'Berrysync', '.berrysync'), 'a file')
  await using copies = await scene.open()
  await copies.keep(lock)
  expect(await scene.files('second')).toHaveLength(1)
  expect(scene.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
})

test('no link on a disk leads anywhere else', async () => {
  await using scene = await makeScene()
  const mountPoint = await scene.attach('one')
  const elsewhere = join(scene.root, 'elsewhere')
  await mkdir(join(elsewhere, 'backups'), { recursive: true })
  await symlink(elsewhere, join(mountPoint, 'Berrysync', '.berrysync'))
  await using copies = await scene.open()
  await copies.keep(lock)
  expect(await readdir(join(elsewhere, 'backups'))).toEqual([])
  await writeFile(join(elsewhere, 'backups', 'x-20261123T000000Z.berrysync-backup'), 'x')
  expect(await copies.list()).toEqual([])
})

test.each([
  ['a path', '../../../backup-lock.json'],
  ['a link', 'x-20261123T000000Z.berrysync-backup'],
  ['nothing', 'y-20261123T000000Z.berrysync-backup'],
])('%s in place of a backup is not read', async (_, file) => {
  await using scene = await makeScene()
  const mountPoint = await scene.attach('one')
  await using copies = await scene.open()
  await copies.keep(lock)
  const place = join(mountPoint, ...copyDirectory)
  await symlink(join(scene.root, 'backup-lock.json'), join(place, 'x-20261123T000000Z.berrysync-backup'))
  const error = await copies.read('one', file).catch((thrown: unknown) => thrown)
  expect(isSyncError(error, 'not-found')).toBe(true)
})

test('what is kept on the device opens no backup, and a damaged one is told and keeps nothing down', async () => {
  await using scene = await makeScene()
  {
    await using copies = await scene.open()
    await copies.keep(lock)
  }
  const file = join(scene.root, 'backup-lock.json')
  expect(Object.keys(JSON.parse(await readFile(file, 'utf8'))).sort()).toEqual(
    ['version', 'since', 'costExponent', 'blockSize', 'parallel', 'salt', 'publicKey', 'copies'].sort(),
  )
  await writeFile(file, '{"version":1}')
  await using again = await scene.open()
  expect(again.keptSince()).toBeUndefined()
  expect(scene.log.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
  await again.keep(lock)
  expect(again.keptSince()).toBeDefined()
})
