/** Rules A3 to A6 with real processes and disks that are really mounted: pulled, put back, exchanged, ejected, and found by a new device. */
import { cp, mkdir, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DisksBody } from '../api/schemas/disks.ts'
import type { FolderStatusBody } from '../api/schemas/status.ts'
import { makeScene, type Scene, type SceneDisk } from '../testing/appliance-scene.ts'
import { type Daemon, startDaemon } from '../testing/daemon.ts'
import { type Place, startPlace } from '../testing/place.ts'
import { makeTempDirectory, type TempDirectory } from '../testing/temp-directory.ts'
import { readTree } from '../testing/tree.ts'
import { until } from '../testing/until.ts'

const files = 40

let root: TempDirectory
let scene: Scene
let disk: SceneDisk
let peer: Place
let box: Daemon
let secret: string
const stack = new AsyncDisposableStack()

beforeAll(async () => {
  root = stack.use(await makeTempDirectory())
  scene = stack.use(await makeScene(root.path))
  disk = await scene.makeDisk('podcasts')
  peer = await startPlace(root.path, 'peer', stack)
  await mkdir(join(peer.directory, 'dir'))
  for (let at = 0; at < files; at++) await peer.write(`dir/f${at}`, `content ${at}`)
  await peer.daemon.ask('add', peer.directory)
  secret = (await peer.secrets()).full
  // A6: no disk is needed to start.
  box = await startBox()
})

afterAll(async () => {
  await box?.end('SIGTERM')
  await stack.disposeAsync()
})

function startBox(home = join(root.path, 'box')): Promise<Daemon> {
  return startDaemon(home, ['--appliance'], scene.program)
}

async function folderOf(daemon: Daemon): Promise<FolderStatusBody> {
  return (await daemon.askJson('status')).folders[0]
}

async function disksOf(daemon: Daemon): Promise<DisksBody['disks']> {
  return ((await daemon.askJson('disks')) as DisksBody).disks
}

async function isSettled(): Promise<boolean> {
  const folder = await folderOf(box)
  return folder.settled && folder.needFiles === 0
}

async function untilWaiting(): Promise<FolderStatusBody> {
  return await until('it waits for its disk', async () => {
    const folder = await folderOf(box)
    return folder.halt?.code === 'disk-away' && folder
  })
}

/** Both have the same files, all of them, and nobody ever told of a deletion. */
async function expectNothingLost(count: number): Promise<void> {
  await until('they are settled', isSettled, 30).catch(async (error) => {
    throw new Error(`${JSON.stringify(await folderOf(box))}\n${box.log.slice(-10).join('\n')}`, {
      cause: error,
    })
  })
  const [here, there] = [await readTree(disk.path('folder')), await readTree(peer.directory)]
  expect([...here.keys()].sort()).toEqual([...there.keys()].sort())
  expect([...there.values()].filter(({ kind }) => kind === 'file')).toHaveLength(count)
  for (const daemon of [box, peer.daemon]) {
    const { history } = await daemon.askJson('history', '--limit', '1000')
    expect(history.filter(({ action }: { action: string }) => action === 'deleted')).toEqual([])
  }
}

/** What a process has open or mapped below a directory. */
async function openBelow(daemon: Daemon, directory: string): Promise<string[]> {
  const fds = `/proc/${daemon.process.pid}/fd`
  const open: string[] = []
  for (const fd of await readdir(fds)) {
    const target = await readlink(join(fds, fd)).catch(() => '')
    if (target.startsWith(directory)) open.push(target)
  }
  const maps = await readFile(`/proc/${daemon.process.pid}/maps`, 'utf8')
  return [...open, ...maps.split('\n').filter((line) => line.includes(directory))]
}

const databaseOn = async (one: SceneDisk) => {
  const directory = one.path('.berrysync', 'databases')
  const names = await readdir(directory, { recursive: true })
  return names.filter((name) => name.endsWith('.db'))
}

test('A5 A6: without a disk the device runs; a folder on one that has a journal keeps its database there, and no index is mapped', async () => {
  expect(await disksOf(box)).toEqual([])
  expect(await box.ask('disks')).toContain('No disk is plugged in')
  await disk.attach()
  const [shown] = await until('the disk is known', async () => {
    const disks = await disksOf(box)
    return disks[0]?.state === 'attached' && disks
  })
  expect(shown).toMatchObject({
    name: 'podcasts',
    freeBytes: expect.any(Number),
    folders: [],
    eraseBy: 'serial',
  })

  await mkdir(disk.path('folder'))
  await box.ask('add', disk.path('folder'), secret, '--host', peer.daemon.listen)
  await expectNothingLost(files)
  const [database] = await databaseOn(disk)
  expect(database).toMatch(/^[0-9a-f]{64}\/[0-9a-f]{64}\.db$/)
  expect(await readdir(join(root.path, 'box', 'folders'))).toEqual([])
  const { folders } = JSON.parse(await readFile(join(root.path, 'box', 'config.json'), 'utf8'))
  expect(folders[0].disk).toEqual({ uuid: disk.uuid, name: 'podcasts', database: 'disk' })
  const { id, disk: on } = await folderOf(box)
  expect(on).toEqual({ uuid: disk.uuid, name: 'podcasts' })
  expect((await disksOf(box))[0]!.folders).toEqual([id])
  // A page of it that cannot be read any more would end the process.
  expect((await openBelow(box, disk.mountPoint)).filter((line) => line.includes('-shm'))).toEqual([])
})

test('A4: what is Berrysync’s own on a disk is never synced, nor is anything where no disk is', async () => {
  const codeOf = async (path: string) => {
    const answer = await box.ask('add', path).then(
      () => 'added',
      (error: Error) => error.message,
    )
    return answer
  }
  expect(await codeOf(disk.path())).toContain('needs on this disk')
  expect(await codeOf(disk.mountPoint)).toContain('needs on this disk')
  const nowhere = join(scene.paths.mounts, 'nowhere', 'x')
  await mkdir(nowhere, { recursive: true })
  expect(await codeOf(nowhere)).toContain('not attached')
  await rm(join(scene.paths.mounts, 'nowhere'), { recursive: true })
})

for (const noticedMs of [0, 3000]) {
  test(`A3: a disk pulled in the middle of a transfer, noticed after ${noticedMs} ms: it is let go, nothing is deleted, and all goes on`, async () => {
    const big = Buffer.alloc(12 * 1024 ** 2, `${noticedMs}`)
    await box.ask('set', disk.path('folder'), 'downloadLimit=2M')
    await box.ask('config', 'limitLan=on')
    await writeFile(join(peer.directory, `big ${noticedMs}`), big)
    await peer.write('dir/f0', `changed ${noticedMs}`)
    const before = (await readTree(peer.directory)).size
    const stages = disk.path('folder', '.sync', 'stage')
    await until('it is on its way', async () => {
      const names = await readdir(stages)
      const sizes = await Promise.all(names.map(async (name) => (await stat(join(stages, name))).size))
      return sizes.some((size) => size > 1024 ** 2)
    })
    expect((await folderOf(box)).needFiles).toBeGreaterThan(0)
    await disk.pull(noticedMs)
    const { halt, explanation, disk: on } = await untilWaiting()
    expect(halt!.data).toEqual({ path: join(disk.path('folder')), disk: 'podcasts' })
    expect(explanation).toContain('Nothing was deleted')
    expect(on!.name).toBe('podcasts')
    await until('nothing of it is open', async () => !(await disk.isOpenIn(box.process.pid!)))
    expect(await readdir(disk.mountPoint)).toEqual([])
    expect((await readTree(peer.directory)).size).toBe(before)
    await peer.write(`meanwhile ${noticedMs}`, 'while it was away')
    await box.ask('set', disk.path('folder'), 'downloadLimit=0')

    await disk.attach()
    await expectNothingLost(files + (noticedMs === 0 ? 2 : 4))
    expect(await readFile(disk.path('folder', 'dir', 'f0'), 'utf8')).toBe(`changed ${noticedMs}`)
    expect(box.log.filter((line) => line.includes('damaged'))).toEqual([])
    expect(await databaseOn(disk)).toHaveLength(1)
  })
}

test('A3: another disk of the same name and label in its place is left alone, while it runs and at a start', async () => {
  const other = await scene.makeDisk('podcasts')
  await disk.pull()
  await untilWaiting()
  await other.attach()
  await mkdir(other.path('folder'))
  await writeFile(other.path('folder', 'foreign'), 'of somebody else')
  await until('the other disk is known', async () => (await disksOf(box))[0]?.fileSystem?.uuid === other.uuid)
  await untilWaiting()
  await box.end('SIGTERM')
  box = await startBox()
  await untilWaiting()
  expect(await readdir(other.path('folder'))).toEqual(['foreign'])
  expect(await readdir(other.path())).toEqual(['folder'])
  expect((await folderOf(box)).files).toBe(0)

  // The right one comes back beside it, and under another name.
  await disk.attach({ name: 'podcasts-2' })
  await box.ask('host', 'add', (await folderOf(box)).path, peer.daemon.listen)
  await expectNothingLost(files + 4)
  expect((await folderOf(box)).path).toBe(disk.path('folder'))
  expect(await readdir(other.path('folder'))).toEqual(['foreign'])
  await other.pull()
  await disk.pull()
  await untilWaiting()
  await disk.attach({ name: 'podcasts' })
  await expectNothingLost(files + 4)
})

test('an eject closes everything first; one that fails opens it again', async () => {
  scene.failNext = 'disk-in-use'
  await expect(box.ask('disks', 'eject', 'podcasts')).rejects.toThrow('still in use')
  expect((await disksOf(box))[0]!.problem?.code).toBe('disk-in-use')
  await expectNothingLost(files + 4)

  expect(await box.ask('disks', 'eject', 'podcasts')).toContain('can be pulled now')
  const [shown] = await disksOf(box)
  expect(shown).toMatchObject({ state: 'ejected', folders: [(await folderOf(box)).id] })
  expect(shown!.problem).toBeUndefined()
  expect(await disk.isOpenIn(box.process.pid!)).toBe(false)
  await untilWaiting()
  await peer.write('after the eject', 'x')
  await disk.attach()
  await expectNothingLost(files + 5)
  await expect(box.ask('disks', 'eject', 'nothing')).rejects.toThrow('There is no disk nothing')
})

test('A5: a device whose state was lost but for identity and settings goes on with the database of the disk, without hashing', async () => {
  const { id } = await folderOf(box)
  await box.end('SIGTERM')
  const restored = join(root.path, 'restored')
  await mkdir(restored)
  for (const name of ['identity.json', 'config.json'])
    await cp(join(root.path, 'box', name), join(restored, name))
  // A backup from before the database was there, and from when the disk was called something else.
  const config = JSON.parse(await readFile(join(restored, 'config.json'), 'utf8'))
  delete config.folders[0].disk
  await writeFile(join(restored, 'config.json'), JSON.stringify(config))
  const kept = await stat(disk.path('.berrysync', 'databases', (await databaseOn(disk))[0]!))

  box = await startBox(restored)
  await expectNothingLost(files + 5)
  expect((await folderOf(box)).id).toBe(id)
  expect(await databaseOn(disk)).toHaveLength(1)
  expect((await stat(disk.path('.berrysync', 'databases', (await databaseOn(disk))[0]!))).ino).toBe(kept.ino)
  expect(await readdir(join(restored, 'folders'))).toEqual([])
  expect(box.log.filter((line) => line.includes('not the one last used'))).toEqual([])
  // Nothing that was known was looked at anew: what is in the history is from before.
  const { history } = await box.askJson('history', '--limit', '1000')
  expect(history.length).toBeGreaterThan(files)
  expect(JSON.parse(await readFile(join(restored, 'config.json'), 'utf8')).folders[0].disk.database).toBe(
    'disk',
  )
})

test('a disk that can only be read says so, and the folder goes on when it can be written again', async () => {
  expect(await box.ask('disks', 'eject', disk.device)).toContain('can be pulled')
  await disk.attach({ readOnly: true })
  await until('it says so', async () => (await folderOf(box)).halt?.code === 'disk-read-only')
  expect((await disksOf(box))[0]).toMatchObject({ state: 'attached', readOnly: true })
  await box.ask('disks', 'eject', disk.device)
  await disk.attach()
  await expectNothingLost(files + 5)
})

test('A5: on a disk without a journal the database stays with the device, and what a disk can keep is found out anew', async () => {
  const stick = await scene.makeDisk('stick', 'exfat')
  await stick.attach()
  await until('it is known', async () =>
    (await disksOf(box)).some(({ name, state }) => name === 'stick' && state === 'attached'),
  )
  await mkdir(stick.path('things'))
  await writeFile(stick.path('things', 'one'), '1')
  const { id } = await box.askJson('add', stick.path('things'))
  expect(await readdir(join(box.home, 'folders'))).toContain(`${id}.db`)
  expect(await readdir(stick.path())).toEqual(['things'])
  const statusOf = async () => {
    const { folders } = await box.askJson('status')
    return folders.find((folder: FolderStatusBody) => folder.id === id)
  }
  await until('it is looked through', async () => (await statusOf()).files === 1)
  await stick.pull()
  await until('it waits', async () => (await statusOf()).halt?.code === 'disk-away')
  expect(await openBelow(box, join(box.home, 'folders', id))).toEqual([])
  await stick.attach()
  await until(
    'it goes on',
    async () => (await statusOf()).files === 1 && (await statusOf()).state === 'up-to-date',
  )
  expect((await folderOf(box)).settled).toBe(true)
})
