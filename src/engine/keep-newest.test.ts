import { afterEach, beforeEach, expect, test } from 'vitest'
import { attachHostile, certify, forge } from '../testing/hostile-peer.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import {
  connectDevices,
  type MemoryDevice,
  type MemoryDeviceOptions,
  openMemoryDevice,
  pass,
} from '../testing/memory-device.ts'
import { defaultFolderSettings, type FolderSettings } from './settings.ts'

const startMs = Date.UTC(2026, 0, 1)
let clock: ManualClock
const devices: MemoryDevice[] = []

beforeEach(() => {
  clock = createManualClock(startMs)
})
afterEach(async () => {
  for (const device of devices.splice(0)) await device[Symbol.asyncDispose]()
})

async function open(name: string, options: Partial<MemoryDeviceOptions> = {}): Promise<MemoryDevice> {
  const device = await openMemoryDevice({ clock, name, ...options })
  devices.push(device)
  return device
}

function names({ own }: MemoryDevice): string[] {
  return own.person
    .names('')
    .filter((name) => name !== '.sync')
    .sort()
}

async function archived({ folder }: MemoryDevice): Promise<string[]> {
  return (await folder.listArchive({ limit: 1_000 })).rows.map(({ path }) => path)
}

/** A day's file, on each day from the first to the last. */
async function publish({ own }: MemoryDevice, first: number, last: number): Promise<void> {
  for (let day = first; day <= last; day++) {
    own.person.writeFile(`day ${day}`, `what happened on day ${day}`)
    await pass(clock, 2_000, 4)
  }
}

const keep = (changes: Partial<FolderSettings>): FolderSettings => ({ ...defaultFolderSettings, ...changes })

test('only the newest files come, and what falls out goes to the archive and to nobody else', async () => {
  const alice = await open('alice')
  const reader = await open('reader', { role: 'read-only', settings: { keepNewestFiles: 2 } })
  await publish(alice, 1, 4)
  connectDevices(alice, reader)
  await pass(clock)
  expect(names(reader)).toEqual(['day 3', 'day 4'])
  expect(reader.folder.status()).toMatchObject({
    state: 'up-to-date',
    notKept: { files: 2 },
    files: 4,
    needFiles: 0,
    localChanges: 0,
  })
  expect(reader.folder.isSettled()).toBe(true)
  expect(alice.folder.isSettled()).toBe(true)

  const sequence = reader.store.lastSequence()
  await publish(alice, 5, 5)
  await pass(clock)
  expect(names(reader)).toEqual(['day 4', 'day 5'])
  expect(await archived(reader)).toEqual(['day 3'])
  expect(names(alice)).toHaveLength(5)
  expect(reader.store.lastSequence()).toBe(sequence + 1)
  expect(reader.folder.history(9).map(({ action, path }) => [action, path])).toContainEqual([
    'not-kept',
    'day 3',
  ])
})

test('it is the same after a restart and after looks at the disk, and ends with the rule', async () => {
  const alice = await open('alice')
  const first = await openMemoryDevice({
    clock,
    name: 'reader',
    role: 'read-only',
    settings: { keepNewestFiles: 1 },
  })
  await publish(alice, 1, 3)
  connectDevices(alice, first)
  await pass(clock)
  const [image, own] = [first.image(), first.own]
  await first[Symbol.asyncDispose]()
  const reader = await open('reader', { role: 'read-only', image, own, settings: { keepNewestFiles: 1 } })
  connectDevices(alice, reader)
  reader.folder.rescan()
  await pass(clock, 700_000, 20)
  expect(names(reader)).toEqual(['day 3'])
  expect(reader.store.localChanges(9)).toEqual([])
  reader.folder.configure(keep({}))
  await pass(clock)
  expect(names(reader)).toEqual(['day 1', 'day 2', 'day 3'])
  expect(reader.folder.status().notKept).toEqual({ files: 0, bytes: 0 })
})

test('I1 what a person changed or put back here is never taken away', async () => {
  const alice = await open('alice')
  const reader = await open('reader', { role: 'read-only' })
  await publish(alice, 1, 4)
  connectDevices(alice, reader)
  await pass(clock)
  reader.own.person.writeFile('day 1', 'my own thoughts')
  reader.own.person.remove('day 2')
  await pass(clock)
  reader.folder.configure(keep({ keepNewestFiles: 1 }))
  await pass(clock)
  expect(names(reader)).toEqual(['day 1', 'day 4'])
  reader.own.person.writeFile('day 3', 'what happened on day 3')
  await pass(clock, 700_000, 20)
  expect(names(reader)).toEqual(['day 1', 'day 3', 'day 4'])
  expect(reader.own.person.readFile('day 1').toString()).toBe('my own thoughts')
  const { rows } = await reader.folder.localChanges({ limit: 9 })
  expect(rows.map(({ path }) => path)).toEqual(['day 1', 'day 3'])
  expect(names(alice)).toHaveLength(4)

  await reader.folder.restoreLocal('day 3')
  await pass(clock)
  expect(names(reader)).toEqual(['day 1', 'day 4'])
})

test('I4 a crash between the archive and the database leaves no deletion behind', async () => {
  const alice = await open('alice')
  const first = await openMemoryDevice({ clock, name: 'reader', role: 'read-only' })
  await publish(alice, 1, 3)
  connectDevices(alice, first)
  await pass(clock)
  const [image, own] = [first.image(), first.own]
  await first[Symbol.asyncDispose]()
  own.person.remove('day 1')
  const reader = await open('reader', { role: 'read-only', image, own, settings: { keepNewestFiles: 2 } })
  connectDevices(alice, reader)
  await pass(clock)
  expect(reader.store.localChanges(9)).toEqual([])
  reader.folder.configure(keep({}))
  await pass(clock)
  expect(names(reader)).toEqual(['day 1', 'day 2', 'day 3'])
})

test('a size is kept within', async () => {
  const alice = await open('alice')
  const reader = await open('reader', { role: 'read-only', settings: { keepNewestBytes: 250_000 } })
  for (const name of ['a', 'b', 'c']) {
    alice.own.person.writeFile(name, Buffer.alloc(100_000, name))
    await pass(clock, 2_000, 4)
  }
  alice.own.person.writeFile('huge', Buffer.alloc(300_000, 'h'))
  connectDevices(alice, reader)
  await pass(clock)
  expect(names(reader)).toEqual(['b', 'c'])
  expect(reader.folder.status().notKept).toEqual({ files: 2, bytes: 400_000 })
})

test('a device that may sign keeps everything', async () => {
  const alice = await open('alice')
  const bob = await open('bob', { settings: { keepNewestFiles: 1 } })
  await publish(alice, 1, 2)
  connectDevices(alice, bob)
  await pass(clock)
  expect(names(bob)).toEqual(['day 1', 'day 2'])
})

test('what is deleted elsewhere, and what replaces a directory, go their ways though they are not kept', async () => {
  const alice = await open('alice')
  const reader = await open('reader', { role: 'read-only', settings: { keepNewestFiles: 1 } })
  alice.own.person.writeFile('dir/inner', 'inner')
  await publish(alice, 1, 2)
  connectDevices(alice, reader)
  await pass(clock)
  expect(names(reader)).toEqual(['day 2', 'dir'])
  alice.own.person.remove('day 1')
  alice.own.person.remove('dir/inner')
  alice.own.person.remove('dir')
  await pass(clock, 12_000)
  alice.own.person.writeFile('dir', 'an old file')
  alice.own.person.touch('dir', 1n)
  await pass(clock, 24_000)
  expect(names(reader)).toEqual(['day 2'])
  expect(reader.folder.status()).toMatchObject({
    needFiles: 0,
    localChanges: 0,
    notKept: { files: 1 },
    problems: [],
  })
})

test('a file that is asked for comes first and is kept, until it is released', async () => {
  const alice = await open('alice')
  const reader = await open('reader', { role: 'read-only', settings: { keepNewestFiles: 1 } })
  await publish(alice, 1, 3)
  connectDevices(alice, reader)
  await pass(clock)
  expect(reader.folder.fetchNow('day 1', true)).toBe('coming')
  await pass(clock)
  expect(names(reader)).toEqual(['day 1', 'day 3'])
  expect(reader.folder.fetchNow('day 1', true)).toBe('here')
  await publish(alice, 4, 4)
  await pass(clock)
  expect(names(reader)).toEqual(['day 1', 'day 4'])
  expect(reader.folder.fetchNow('day 1', false)).toBe('released')
  await pass(clock)
  expect(names(reader)).toEqual(['day 4'])
  expect(() => reader.folder.fetchNow('day 9', true)).toThrow('day 9 in /reader was not found')
})

test('a file nobody had is asked for once more', async () => {
  const victor = await open('victor')
  const peer = attachHostile(victor, 'full')
  peer.hello()
  let has = false
  const text = Buffer.from('text')
  peer.answer(({ request }) =>
    peer.send(
      has
        ? { kind: 'block', request, offsetBytes: 0, data: text }
        : { kind: 'missing', request, unreadable: false },
    ),
  )
  peer.tell(forge(peer.author, { path: 'note', text: 'text' }), { statements: [certify(peer.author)] })
  await pass(clock)
  expect(victor.folder.status().problems).toMatchObject([{ path: 'note', code: 'no-peer-has-it' }])
  has = true
  await pass(clock, 24_000)
  expect(names(victor)).toEqual([])
  expect(victor.folder.fetchNow('note', true)).toBe('coming')
  await pass(clock, 2_000)
  expect(names(victor)).toEqual(['note'])
  expect(victor.folder.status().problems).toEqual([])
})

test('newest first is the rule of read-only devices, and each round keeps to it', async () => {
  const alice = await open('alice')
  const reader = await open('reader', { role: 'read-only', settings: { downloadLimit: 50_000 } })
  for (const name of ['a', 'b', 'c']) {
    alice.own.person.writeFile(name, Buffer.alloc(200_000, name))
    await pass(clock, 2_000, 4)
  }
  alice.own.person.mkdir('z')
  await pass(clock)
  connectDevices(alice, reader)
  const seen: string[][] = []
  for (let turn = 0; turn < 20; turn++) {
    await pass(clock, 1_000, 10)
    seen.push(names(reader))
  }
  expect(seen[0]).toEqual(['z'])
  const arrivals = [...new Set(seen.map((each) => each.join('')))]
  expect(arrivals).toEqual(['z', 'cz', 'bcz', 'abcz'])
})
