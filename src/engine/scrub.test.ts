import { afterEach, expect, test } from 'vitest'
import { attachHostile } from '../testing/hostile-peer.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import {
  connectDevices,
  type MemoryDevice,
  type MemoryDeviceOptions,
  openMemoryDevice,
  pass,
} from '../testing/memory-device.ts'
import { noise } from '../testing/search-run.ts'
import { maxBlockPartBytes } from '../wire/messages.ts'
import { defaultFolderSettings } from './settings.ts'

/** Seven blocks and a bit. */
const large = noise(7 * 128 * 1024 + 1000, 'large')
const path = 'films/long.bin'
const dayMs = 86_400_000

const devices: MemoryDevice[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) await device[Symbol.asyncDispose]()
})

function startClock(): ManualClock {
  return createManualClock(Date.UTC(2026, 0, 1))
}

async function open(options: MemoryDeviceOptions): Promise<MemoryDevice> {
  const device = await openMemoryDevice(options)
  devices.push(device)
  return device
}

/** Two devices with the file, in sync. */
async function pair(
  clock: ManualClock,
  options: Partial<MemoryDeviceOptions> = {},
): Promise<{ alice: MemoryDevice; bob: MemoryDevice; unplug: () => void }> {
  const alice = await open({ clock, name: 'alice' })
  const bob = await open({ clock, name: 'bob', ...options })
  const [link] = connectDevices(alice, bob)
  alice.own.person.writeFile(path, large)
  alice.own.person.writeFile('small', 'a few words')
  await pass(clock)
  expect(bob.own.person.readFile(path).equals(large)).toBe(true)
  return { alice, bob, unplug: () => link.close('closing') }
}

async function scrub(clock: ManualClock, device: MemoryDevice): Promise<void> {
  device.folder.startScrub()
  await pass(clock, 30_000, 60)
}

/** More than is read in one go. */
function writeLarge({ own }: MemoryDevice): void {
  for (const name of ['1', '2']) own.person.writeFile(name, noise(5 * 1024 ** 2, name))
}

function archived(device: MemoryDevice): Buffer[] {
  return device.own.person
    .tree('.sync/archive')
    .filter(({ kind }) => kind === 'file')
    .map(({ data }) => data)
}

function spoilt(offset: number): Buffer {
  const content = Buffer.from(large)
  content[offset]! ^= 0x55
  return content
}

const versionsOf = ({ store }: MemoryDevice): unknown => store.versionsOf(path as never).map(({ id }) => id)
const codesOf = ({ folder }: MemoryDevice): unknown => folder.status().problems.map(({ code }) => code)

test('a file that its disk has damaged is found, repaired from a peer with one block, and kept in the archive', async () => {
  const clock = startClock()
  const { alice, bob } = await pair(clock, { settings: { archive: false } })
  const [before, stat] = [versionsOf(alice), bob.own.person.stat(path)]
  bob.own.person.damage(path, 'changed', 300_000)
  expect(bob.own.person.stat(path)).toEqual(stat)
  const sentBefore = alice.folder.status().peers[0]!.sent
  await scrub(clock, bob)
  expect(bob.folder.scrub.last).toMatchObject({ end: 'whole', files: 2, damaged: 1 })
  expect(bob.own.person.readFile(path).equals(large)).toBe(true)
  expect(archived(bob).map((data) => data.equals(spoilt(300_000)))).toEqual([true])
  expect([versionsOf(alice), versionsOf(bob)]).toEqual([before, before])
  expect(alice.folder.status().peers[0]!.sent - sentBefore).toBeLessThan(2 * 128 * 1024)
  expect(bob.folder.status()).toMatchObject({ state: 'up-to-date', needFiles: 0, problems: [] })
  expect(bob.folder.history(1)[0]).toMatchObject({ action: 'repaired', path })
})

test('what cannot be read any more is moved aside unread and repaired', async () => {
  const clock = startClock()
  const { bob } = await pair(clock)
  bob.own.person.damage(path, 'unreadable')
  await scrub(clock, bob)
  expect(bob.folder.scrub.last).toMatchObject({ damaged: 1 })
  expect(bob.own.person.readFile(path).equals(large)).toBe(true)
  expect(bob.folder.status().problems).toEqual([])
})

test('I4 damage is nobody’s edit: it is not signed, not passed on, and told to people until somebody has the file', async () => {
  const clock = startClock()
  const { alice, bob, unplug } = await pair(clock)
  const before = versionsOf(bob)
  unplug()
  bob.own.person.damage(path, 'changed', 300_000)
  await scrub(clock, bob)
  expect(codesOf(bob)).toEqual(['file-damaged'])
  expect(bob.folder.status()).toMatchObject({ state: 'syncing', needFiles: 1 })
  expect((await bob.folder.check()).gaps).toMatchObject([{ path, kind: 'damaged' }])
  // Whatever looks at it, and whatever touches its ctime.
  bob.own.person.chmod(path, 0o600)
  bob.folder.rescan()
  await pass(clock)
  expect(versionsOf(bob)).toEqual(before)
  // A newcomer gets nothing wrong from it, and it no word of having it.
  const carol = await open({ clock, name: 'carol' })
  connectDevices(bob, carol)
  await pass(clock, 30_000)
  expect(carol.own.person.stat(path)).toBeUndefined()
  expect(carol.own.person.readFile('small').toString()).toBe('a few words')
  expect(carol.folder.status()).toMatchObject({ needFiles: 1, peers: [{ name: 'bob' }] })
  // Who has it repairs both.
  connectDevices(alice, bob)
  await pass(clock, 30_000)
  expect(bob.own.person.readFile(path).equals(large)).toBe(true)
  expect(carol.own.person.readFile(path).equals(large)).toBe(true)
  expect([codesOf(bob), versionsOf(carol)]).toEqual([[], before])
})

test('damage outlives a restart, and so does how far a scrub is', async () => {
  const clock = startClock()
  const { bob, unplug } = await pair(clock, { settings: { scrubRate: 64 * 1024 } })
  writeLarge(bob)
  await pass(clock)
  unplug()
  bob.own.person.damage('1', 'changed', 4_900_000)
  bob.folder.startScrub()
  await pass(clock, 100_000)
  expect(bob.folder.scrub.running).toMatchObject({ by: 'person', files: 1, damaged: 1 })
  await bob[Symbol.asyncDispose]()
  const again = await open({ clock, name: 'bob', own: bob.own, image: bob.image() })
  await pass(clock)
  expect(codesOf(again)).toEqual(['file-damaged'])
  await pass(clock, 300_000)
  // What it found before is not read again, and counted.
  expect(again.folder.scrub.last).toMatchObject({ end: 'whole', files: 4, damaged: 1 })
})

test('I5 a person’s edit of a damaged file is an edit like any other, of the version that lay there', async () => {
  const clock = startClock()
  const { alice, bob, unplug } = await pair(clock)
  unplug()
  bob.own.person.damage(path)
  await scrub(clock, bob)
  bob.own.person.writeFile(path, 'written anew')
  await pass(clock)
  connectDevices(alice, bob)
  await pass(clock, 30_000)
  expect(alice.own.person.readFile(path).toString()).toBe('written anew')
  expect(alice.own.person.tree('films').map((entry) => entry.path)).toEqual(['films', path])
  expect(codesOf(bob)).toEqual([])
})

test('a person may keep what lies there, for everybody', async () => {
  const clock = startClock()
  const { alice, bob, unplug } = await pair(clock)
  unplug()
  bob.own.person.damage(path, 'changed', 9)
  await scrub(clock, bob)
  expect(() => bob.folder.keepDamaged('small')).toThrow('was not found')
  bob.folder.keepDamaged(path)
  await pass(clock)
  connectDevices(alice, bob)
  await pass(clock, 30_000)
  expect(alice.own.person.readFile(path).equals(spoilt(9))).toBe(true)
  expect(codesOf(bob)).toEqual([])
})

test.each([
  ['file', path, 'films/other.bin'],
  ['directory', 'films', 'movies'],
])('I4 a damaged file is moved with its %s as what it ought to be', async (_, from, to) => {
  const clock = startClock()
  const { alice, bob, unplug } = await pair(clock)
  unplug()
  bob.own.person.damage(path)
  await scrub(clock, bob)
  bob.own.person.rename(from, to)
  await pass(clock)
  connectDevices(alice, bob)
  await pass(clock, 60_000)
  const moved = path.replace(from, to)
  for (const { own, folder } of [alice, bob]) {
    expect(own.person.readFile(moved).equals(large)).toBe(true)
    expect(own.person.stat(path)).toBeUndefined()
    expect(folder.status()).toMatchObject({ needFiles: 0, problems: [] })
  }
})

test('I4 a damaged file that is renamed over another one takes its place as what it ought to be, and two may change places', async () => {
  const clock = startClock()
  const { alice, bob, unplug } = await pair(clock)
  for (const name of ['old', 'one', 'two']) alice.own.person.writeFile(name, `words of ${name}`)
  await pass(clock)
  unplug()
  for (const name of [path, 'one', 'two']) bob.own.person.damage(name)
  await scrub(clock, bob)
  bob.own.person.rename(path, 'old')
  bob.own.person.rename('one', 'between')
  bob.own.person.rename('two', 'one')
  bob.own.person.rename('between', 'two')
  await pass(clock)
  connectDevices(alice, bob)
  await pass(clock, 60_000)
  for (const { own, folder } of [alice, bob]) {
    expect(own.person.readFile('old').equals(large)).toBe(true)
    expect(own.person.readFile('one').toString()).toBe('words of two')
    expect(own.person.readFile('two').toString()).toBe('words of one')
    expect(folder.status()).toMatchObject({ needFiles: 0, problems: [] })
  }
})

test('I4 among however many damaged files the one that was renamed is known', async () => {
  const clock = startClock()
  const { alice, bob, unplug } = await pair(clock)
  const count = 1005
  for (let number = 0; number < count; number++)
    alice.own.person.writeFile(`many/${number}`, `number ${number}`)
  await pass(clock, 60_000, 30)
  unplug()
  for (let number = 0; number < count; number++) bob.own.person.damage(`many/${number}`)
  await scrub(clock, bob)
  expect(bob.folder.scrub.last).toMatchObject({ damaged: count })
  bob.own.person.rename('many/999', 'renamed')
  await pass(clock)
  connectDevices(alice, bob)
  await pass(clock, 60_000, 30)
  expect(alice.own.person.readFile('renamed').toString()).toBe('number 999')
})

test.each([
  ['time', (device: MemoryDevice) => device.own.person.touch(path)],
  ['mode', (device: MemoryDevice) => device.own.person.chmod(path, 0o755)],
])(
  'I4 a file whose %s was changed elsewhere is read before, so that damage nobody knew of is no edit',
  async (_, change) => {
    const clock = startClock()
    const { alice, bob } = await pair(clock)
    bob.own.person.damage(path, 'changed', 300_000)
    change(alice)
    await pass(clock, 30_000)
    for (const { own } of [alice, bob]) expect(own.person.readFile(path).equals(large)).toBe(true)
    expect(bob.own.person.stat(path)?.executable).toBe(alice.own.person.stat(path)?.executable)
    expect(bob.folder.status()).toMatchObject({ needFiles: 0, problems: [] })
    expect(archived(bob).map((data) => data.equals(spoilt(300_000)))).toEqual([true])
  },
)

test('I1 a damaged file that was ignored for a while takes nobody’s place', async () => {
  const clock = startClock()
  const { alice, bob, unplug } = await pair(clock, { settings: { archive: false } })
  unplug()
  bob.own.person.damage(path, 'changed', 300_000)
  await scrub(clock, bob)
  bob.own.person.writeFile('.sync/ignore', 'films\n')
  bob.folder.rescan()
  await pass(clock)
  expect(bob.folder.status().problems).toEqual([])
  bob.own.person.remove('.sync/ignore')
  bob.folder.rescan()
  await pass(clock)
  connectDevices(alice, bob)
  await pass(clock, 60_000)
  for (const { own } of [alice, bob])
    expect(own.person.tree('films').filter(({ data }) => data.equals(large))).toHaveLength(1)
})

test('what is deleted or replaced elsewhere takes a damaged file along, into the archive', async () => {
  const clock = startClock()
  const { alice, bob, unplug } = await pair(clock, { settings: { archive: false } })
  unplug()
  bob.own.person.damage(path)
  bob.own.person.damage('small')
  await scrub(clock, bob)
  alice.own.person.remove(path)
  alice.own.person.writeFile('small', 'other words')
  await pass(clock)
  connectDevices(alice, bob)
  await pass(clock, 60_000)
  expect(bob.own.person.stat(path)).toBeUndefined()
  expect(bob.own.person.readFile('small').toString()).toBe('other words')
  expect(alice.own.person.stat(path)).toBeUndefined()
  expect(archived(bob)).toHaveLength(2)
  expect(codesOf(bob)).toEqual([])
})

test('E6 what was changed on a read-only device alone is only told of', async () => {
  const clock = startClock()
  const alice = await open({ clock, name: 'alice' })
  const victor = await open({ clock, name: 'victor', role: 'read-only' })
  connectDevices(alice, victor)
  alice.own.person.writeFile('note', 'of the folder')
  await pass(clock)
  victor.own.person.writeFile('note', 'of my own')
  await pass(clock)
  victor.own.person.damage('note')
  await scrub(clock, victor)
  expect(codesOf(victor)).toEqual(['own-file-damaged'])
  expect(victor.own.person.readFile('note').toString()).toBe(':f my own')
  // Not even when the folder has something new there.
  alice.own.person.writeFile('note', 'newer')
  await pass(clock, 60_000)
  expect(victor.own.person.readFile('note').toString()).toBe(':f my own')
  expect(codesOf(victor)).toEqual(['own-file-damaged'])
})

test('a disk without hard links keeps the damaged bytes by a copy', async () => {
  const clock = startClock()
  const memory = { hardLinks: false, executable: false, mtimeStepNs: 2_000_000_000n }
  const { bob } = await pair(clock, { memory, settings: { archive: false } })
  bob.own.person.damage(path, 'changed', 77)
  await scrub(clock, bob)
  expect(bob.own.person.readFile(path).equals(large)).toBe(true)
  expect(archived(bob).map((data) => data.equals(spoilt(77)))).toEqual([true])
  // Of what cannot be read there is nothing to keep but its size.
  bob.own.person.damage(path, 'unreadable')
  await scrub(clock, bob)
  expect(bob.own.person.readFile(path).equals(large)).toBe(true)
  expect(archived(bob).map(({ length }) => length)).toEqual([large.length, large.length])
  expect(codesOf(bob)).toEqual([])
})

test.each([true, false])(
  'I2 a file that nobody knew to be unreadable is replaced all the same, with hard links: %s',
  async (hardLinks) => {
    const clock = startClock()
    const { alice, bob } = await pair(clock, { memory: { hardLinks } })
    bob.own.person.damage(path, 'unreadable')
    alice.own.person.writeFile(path, 'something new')
    await pass(clock, 90_000, 30)
    expect(bob.own.person.readFile(path).toString()).toBe('something new')
    expect(bob.folder.status()).toMatchObject({ state: 'up-to-date', problems: [] })
  },
)

test('a peer that complains of a wrong block has the file read again, and is not sent it twice', async () => {
  const clock = startClock()
  const { alice, bob } = await pair(clock)
  bob.own.person.damage(path, 'changed', maxBlockPartBytes)
  alice.folder.configure({ ...defaultFolderSettings, paused: true })
  const carol = await open({ clock, name: 'carol' })
  connectDevices(bob, carol)
  await pass(clock, 10_000)
  expect(carol.own.person.stat(path)).toBeUndefined()
  expect(codesOf(bob)).toEqual(['file-damaged'])
  connectDevices(bob, carol)
  await pass(clock, 700_000)
  expect(carol.folder.status()).toMatchObject({ needFiles: 1, peers: [{ name: 'bob' }] })
})

test('I14 peers that complain of wrong blocks without end keep no scrub from its end, nor from its beginning', async () => {
  const clock = startClock()
  const settings = { scrubDays: 1, scrubRate: 1024 ** 2 }
  const bob = await open({ clock, name: 'bob', settings })
  for (const name of ['1', '2', '3']) bob.own.person.writeFile(name, noise(4 * 1024 ** 2, name))
  await pass(clock)
  const { root } = bob.store.state('3' as never)!.here!
  const complain = async () => {
    const mallory = attachHostile(bob, 'read-only')
    mallory.hello()
    mallory.send({ kind: 'request', request: 1, root, offsetBytes: 0, lengthBytes: 128 * 1024 })
    await pass(clock, 100, 1)
    expect(mallory.of('block').length).toBeGreaterThan(0)
    mallory.link.close('peer-wrong-block')
    await pass(clock, 3900, 2)
  }
  bob.folder.startScrub()
  for (let round = 0; round < 15; round++) await complain()
  expect(bob.folder.scrub.last).toMatchObject({ end: 'whole', files: 3, damaged: 0 })
  clock.jumpWall(dayMs)
  for (let round = 0; round < 5; round++) await complain()
  expect(bob.folder.scrub.running).toMatchObject({ by: 'schedule' })
})

test('a scrub begins by itself after the days that are set, and rests as its rate says', async () => {
  const clock = startClock()
  const bob = await open({
    clock,
    name: 'bob',
    settings: { scrubDays: 2, scrubRate: 0, rescanSeconds: dayMs },
  })
  bob.own.person.writeFile(path, large)
  await pass(clock)
  await pass(clock, 2 * dayMs - 60_000, 4)
  expect(bob.folder.scrub).toMatchObject({ running: undefined, last: undefined })
  bob.own.person.damage(path)
  await pass(clock, 120_000)
  expect(bob.folder.scrub.last).toMatchObject({ end: 'whole', damaged: 1 })
  expect(codesOf(bob)).toEqual(['file-damaged'])
})

/** A folder in the middle of a scrub that somebody asked for. */
async function midScrub(clock: ManualClock) {
  const { bob } = await pair(clock, { settings: { scrubRate: 64 * 1024 } })
  writeLarge(bob)
  await pass(clock)
  bob.folder.startScrub()
  await pass(clock, 1000)
  expect(bob.folder.scrub.running).toMatchObject({ by: 'person' })
  return bob
}

test('a scrub that is stopped is over until the next', async () => {
  const clock = startClock()
  const bob = await midScrub(clock)
  bob.folder.stopScrub()
  expect(bob.folder.scrub).toMatchObject({ running: undefined, last: { end: 'stopped' } })
  bob.own.person.damage(path)
  await pass(clock, dayMs, 10)
  expect(codesOf(bob)).toEqual([])
})

test('a disk on which one file after another cannot be read ends the scrub', async () => {
  const clock = startClock()
  const bob = await open({ clock, name: 'bob' })
  for (let number = 0; number < 130; number++) bob.own.person.writeFile(`files/${number}`, `number ${number}`)
  await pass(clock)
  for (let number = 0; number < 130; number++) bob.own.person.damage(`files/${number}`, 'unreadable')
  await scrub(clock, bob)
  expect(bob.folder.scrub.last).toMatchObject({ end: 'failing', damaged: 100 })
})

test('I10 a disk that is pulled during a scrub has damaged nothing', async () => {
  const clock = startClock()
  const bob = await midScrub(clock)
  bob.own.setPresent(false)
  await pass(clock, 300_000)
  expect(bob.folder.status().halt?.code).toBe('root-missing')
  bob.own.setPresent(true)
  await pass(clock, 600_000)
  expect(bob.folder.status()).toMatchObject({ state: 'up-to-date', problems: [] })
  expect(bob.folder.scrub.last).toMatchObject({ end: 'whole', damaged: 0 })
})
