/** What becomes of the folders of a device as their disks come and go. How a folder is opened is made up here. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type FolderDisk, type FolderEntry, openConfig } from '../config.ts'
import { SyncError } from '../core/errors.ts'
import type { Placed } from '../folder-disks.ts'
import { deviceSettingTable } from '../setting-table.ts'
import type { SyncedFolder } from '../synced-folder.ts'
import { openSyncedFolders } from '../synced-folders.ts'
import { systemChance } from '../system.ts'
import { createFakeOpener } from './fake-folder.ts'
import { createMemoryLog } from './memory-log.ts'
import { makeTempDirectory } from './temp-directory.ts'
import { until } from './until.ts'

const disk: FolderDisk = { uuid: 'u', name: 'usb', database: 'disk' }

async function makeDevice() {
  const root = await makeTempDirectory()
  const home = join(root.path, 'home')
  await mkdir(home)
  const opener = createFakeOpener()
  const config = await openConfig(home, deviceSettingTable('host', '/'))
  const log = createMemoryLog()
  /** By path; what stands for nothing is attached nowhere. */
  const answers = new Map<string, string | SyncError>()
  const listeners = new Set<() => void>()
  const places = {
    place(entry: FolderEntry): Placed | SyncError {
      const answer = answers.get(entry.path)
      if (answer instanceof SyncError) return answer
      if (answer === undefined) return { entry, attachment: undefined }
      return { entry: entry.disk === undefined ? { ...entry, disk } : entry, attachment: answer }
    },
    own: () => [join(root.path, 'srv', '.berrysync')],
    listen(changed: () => void): Disposable {
      listeners.add(changed)
      return { [Symbol.dispose]: () => void listeners.delete(changed) }
    },
  }
  return {
    ...{ root, opener, answers, log, listeners },
    open: () => openSyncedFolders({ home, config, opener, places, chance: systemChance, log }),
    async directory(name: string): Promise<string> {
      const path = join(root.path, name)
      await mkdir(path)
      return path
    },
    written: async () => JSON.parse(await readFile(join(home, 'config.json'), 'utf8')).folders,
    [Symbol.asyncDispose]: () => root[Symbol.asyncDispose](),
  }
}

const away = (path: string) => new SyncError('disk-away', { path, disk: 'usb' })
const stateOf = ({ state }: SyncedFolder) => (state instanceof SyncError ? state.code : 'open')

test('A3: a folder whose disk is away at the start waits, and is opened when that comes; its disk is written down', async () => {
  await using device = await makeDevice()
  const path = await device.directory('a')
  device.answers.set(path, 'first')
  const before = await device.open()
  await before.add(path, undefined)
  expect((await device.written())[0].disk).toEqual(disk)
  await before[Symbol.asyncDispose]()
  expect(device.listeners.size).toBe(0)

  device.answers.set(path, away(path))
  await using folders = await device.open()
  expect(folders.list().map(stateOf)).toEqual(['disk-away'])
  await expect(folders.findRunning(path)).rejects.toMatchObject({
    code: 'disk-away',
    data: { path, disk: 'usb' },
  })
  device.answers.set(path, 'second')
  for (const changed of device.listeners) changed()
  await until('it is open', () => folders.list().map(stateOf)[0] === 'open')
  expect(device.opener.opened.get(path)!.calls).toEqual(['opened as new'])
})

test('A3: a disk that goes closes its folders, and one that does not close holds up no other; none is opened beside itself', async () => {
  await using device = await makeDevice()
  const [a, b] = [await device.directory('a'), await device.directory('b')]
  for (const path of [a, b]) device.answers.set(path, 'first')
  await using folders = await device.open()
  for (const path of [a, b]) await folders.add(path, undefined)
  const hanging = device.opener.opened.get(a)!
  const { promise, resolve } = Promise.withResolvers<void>()
  Object.assign(hanging, { [Symbol.asyncDispose]: () => promise })
  for (const path of [a, b]) device.answers.set(path, away(path))
  const followed = folders.followDisks()
  await until('both wait', () => folders.list().every((folder) => stateOf(folder) === 'disk-away'))
  await until('the other is closed', () => !device.opener.opened.get(b)!.isOpen)
  // Somebody can still change something.
  await folders.configure(b, (set) => ({ ...set, paused: true }))

  for (const path of [a, b]) device.answers.set(path, 'second')
  for (const changed of device.listeners) changed()
  await until('the other is open again', () => folders.list().some((folder) => stateOf(folder) === 'open'))
  expect(folders.list().map(stateOf)).toEqual(['disk-away', 'open'])
  expect(device.opener.opened.get(a)).toBe(hanging)
  resolve()
  await followed
  await until('that one, too', () => folders.list().every((folder) => stateOf(folder) === 'open'))
  expect(device.opener.opened.get(a)).not.toBe(hanging)
})

test('a disk that was attached anew without anybody having seen it gone is closed and opened; the same attachment is left alone', async () => {
  await using device = await makeDevice()
  const path = await device.directory('a')
  device.answers.set(path, 'first')
  await using folders = await device.open()
  await folders.add(path, undefined)
  const first = device.opener.opened.get(path)!
  await folders.followDisks()
  expect(device.opener.opened.get(path)).toBe(first)
  device.answers.set(path, 'second')
  await folders.followDisks()
  expect(device.opener.opened.get(path)).not.toBe(first)
  expect([first.isOpen, ...folders.list().map(stateOf)]).toEqual([false, 'open'])
})

test('a folder that fails to close is told of and goes on; one that cannot be opened is tried at the next attachment', async () => {
  await using device = await makeDevice()
  const path = await device.directory('a')
  device.answers.set(path, 'first')
  await using folders = await device.open()
  await folders.add(path, undefined)
  Object.assign(device.opener.opened.get(path)!, {
    [Symbol.asyncDispose]: async () => {
      throw new Error('EIO')
    },
  })
  device.answers.set(path, away(path))
  await folders.followDisks()
  expect(device.log.lines.map(({ message }) => message)).toContain('closing a folder left something undone')
  device.opener.failNext(path, new SyncError('database-unusable', { file: 'f', reason: 'EIO' }))
  device.answers.set(path, 'second')
  await folders.followDisks()
  expect(folders.list().map(stateOf)).toEqual(['database-unusable'])
  await folders.followDisks()
  expect(folders.list().map(stateOf)).toEqual(['database-unusable'])
  device.answers.set(path, 'third')
  await folders.followDisks()
  expect(folders.list().map(stateOf)).toEqual(['open'])
})

test('a disk that became read-only keeps serving what is open; what waits is opened when it can be written again', async () => {
  await using device = await makeDevice()
  const path = await device.directory('a')
  device.answers.set(path, 'first')
  const before = await device.open()
  await before.add(path, undefined)
  device.answers.set(path, new SyncError('disk-read-only', { path }))
  await before.followDisks()
  expect(before.list().map(stateOf)).toEqual(['open'])
  await before[Symbol.asyncDispose]()
  await using folders = await device.open()
  expect(folders.list().map(stateOf)).toEqual(['disk-read-only'])
})

test('A4: nothing is added on a disk that is away, or around what is Berrysync’s own', async () => {
  await using device = await makeDevice()
  const path = await device.directory('a')
  device.answers.set(path, away(path))
  await using folders = await device.open()
  await expect(folders.add(path, undefined)).rejects.toMatchObject({ code: 'disk-away' })
  const srv = await device.directory('srv')
  await expect(folders.add(srv, undefined)).rejects.toMatchObject({ code: 'directory-holds-own' })
  expect(folders.list()).toEqual([])
})

test('a folder whose disk is away is removed without anything of it being looked for', async () => {
  await using device = await makeDevice()
  const path = await device.directory('a')
  device.answers.set(path, 'first')
  await using folders = await device.open()
  await folders.add(path, undefined)
  device.answers.set(path, away(path))
  await folders.followDisks()
  await folders.remove(path)
  expect(await device.written()).toEqual([])
})
