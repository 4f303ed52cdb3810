/** What becomes of files when a device is taken out (R7): what it did is undone, and nobody else's work with it (I1, I2, I5). */
import { afterEach, describe, expect, test } from 'vitest'
import type { RelPath } from '../core/path.ts'
import { createAuthor } from '../core/record.ts'
import type { Link } from '../ports.ts'
import { attachHostile, certify, type Forgery, forge } from '../testing/hostile-peer.ts'
import { connectedTo, faultsOf, madMember, read, scene, serveTexts } from '../testing/hostile-scene.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import {
  connectDevices,
  identityOf,
  type MemoryDevice,
  type MemoryDeviceOptions,
  openMemoryDevice,
  pass,
} from '../testing/memory-device.ts'
import { maxKept } from '../wire/statement-body.ts'

const mallory = identityOf('mallory')

let clock: ManualClock
const open = new Map<string, MemoryDevice>()
const links: Link[] = []

async function start(name: string, options: Partial<MemoryDeviceOptions> = {}): Promise<MemoryDevice> {
  if (open.size === 0) clock = createManualClock(Date.UTC(2026, 0, 1))
  const device = await openMemoryDevice({ clock, name, ...options })
  open.set(name, device)
  await pass(clock)
  return device
}

/** Goes on with what lies on the disk and in the database now, as after a crash. */
async function restart({ log: _, ...device }: MemoryDevice, name: string): Promise<MemoryDevice> {
  const image = device.image()
  await device[Symbol.asyncDispose]()
  return start(name, { image, own: device.own })
}

/** Both hear all of each other; whoever hears of a revocation closes the link, and is met again. */
async function meet(one: MemoryDevice, other: MemoryDevice): Promise<void> {
  for (let round = 0; round < 3; round++) {
    if (!connectedTo(one).includes(other.id)) links.push(...connectDevices(one, other))
    await pass(clock, 12_000)
  }
}

async function partAll(): Promise<void> {
  for (const link of links.splice(0)) link.close('closing')
  await pass(clock)
}

/** Every file with its text, the hidden directory left out. */
function files({ own }: MemoryDevice): Record<string, string> {
  return Object.fromEntries(
    own.person
      .tree()
      .filter(({ path, kind }) => kind === 'file' && !path.startsWith('.sync/'))
      .map(({ path, data }) => [path, data.toString()]),
  )
}

async function archived({ folder }: MemoryDevice): Promise<string[]> {
  return (await folder.listArchive({ limit: 1_000 })).rows.map(({ path }) => path).sort()
}

function isSettled({ folder, log }: MemoryDevice): void {
  expect(folder.status()).toMatchObject({ needFiles: 0, problems: [] })
  expect(faultsOf({ log } as MemoryDevice)).toBe('')
}

/** An owner, another member, and a guest, who have all met; then the guest and the other are alone. */
async function three(otherOptions: Partial<MemoryDeviceOptions> = {}) {
  const owner = await start('owner')
  const other = await start('other', otherOptions)
  const guest = await start('guest')
  owner.own.person.writeFile('shared', 'as it was')
  await meet(owner, guest)
  await meet(owner, other)
  await partAll()
  return { owner, other, guest }
}

/** The owner takes the guest out without having seen what it did, and tells the others. */
async function revoke(owner: MemoryDevice, guest: MemoryDevice, ...others: MemoryDevice[]): Promise<void> {
  await partAll()
  owner.folder.revoke(guest.id)
  await pass(clock)
  for (const other of others) await meet(owner, other)
}

afterEach(async () => {
  for (const device of open.values()) await device[Symbol.asyncDispose]()
  open.clear()
  links.length = 0
})

describe('R7: a device is taken out', () => {
  const mine = {
    work: 'renamed by the guest',
    moved: 'renamed and deleted',
    edited: 'my draft',
    gone: 'deleted by the guest',
  }

  test('what it edited, renamed and deleted is there again, and nobody signs anything for that', async () => {
    const { owner, other, guest } = await three()
    for (const [path, text] of Object.entries(mine)) other.own.person.writeFile(path, text)
    other.own.person.writeFile('dir/inner', 'in a directory')
    await meet(other, guest)
    const before = files(other)
    const said = other.store.indexAfter(0, 100).map(({ record }) => record.version.id)

    guest.own.person.rename('work', 'renamed')
    guest.own.person.rename('moved', 'elsewhere')
    guest.own.person.writeFile('edited', 'spoilt 1')
    guest.own.person.remove('gone')
    guest.own.person.remove('dir/inner')
    guest.own.person.remove('dir')
    guest.own.person.writeFile('planted', 'by the guest')
    await pass(clock, 30_000)
    // Once more, so that what it replaced last is its own.
    guest.own.person.writeFile('edited', 'spoilt 2')
    guest.own.person.remove('elsewhere')
    await pass(clock, 30_000)
    expect(files(other)).toEqual({
      ...{ shared: 'as it was', renamed: mine.work, edited: 'spoilt 2', planted: 'by the guest' },
    })
    await partAll()

    await revoke(owner, guest, other)
    expect(files(other)).toEqual(before)
    expect(files(owner)).toEqual(before)
    expect(
      other.store
        .indexAfter(0, 100)
        .map(({ record }) => record.version.id)
        .sort(),
    ).toEqual(said.sort())
    expect(await archived(other)).toEqual(expect.arrayContaining(['edited', 'planted']))
    for (const device of [owner, other]) isSettled(device)
  })

  test('several that bring the same back agree, with one that went on from there while it was away', async () => {
    const { owner, other, guest } = await three()
    const late = await start('late')
    other.own.person.writeFile('edited', 'first')
    other.own.person.writeFile('gone', 'first')
    for (const device of [guest, owner, late]) await meet(other, device)
    await partAll()
    const away = await start('away')
    await meet(other, away)
    await meet(away, guest)
    guest.own.person.writeFile('edited', 'spoilt')
    guest.own.person.remove('gone')
    await meet(guest, other)
    await meet(other, away)
    for (const device of [other, away])
      expect(files(device)).toEqual({ shared: 'as it was', edited: 'spoilt' })
    await partAll()
    // Two edits on, so that nobody could tell from contents which came first.
    for (const text of ['second', 'third']) {
      late.own.person.writeFile('edited', text)
      await pass(clock)
    }

    await revoke(owner, guest, other, away)
    expect(files(away)).toEqual({ shared: 'as it was', edited: 'first', gone: 'first' })
    await meet(late, other)
    await meet(other, away)
    await meet(other, owner)
    for (const device of [owner, other, away, late]) {
      expect(files(device)).toEqual({ shared: 'as it was', edited: 'third', gone: 'first' })
      isSettled(device)
    }
  })

  test('a crash before anything was brought back costs nothing', async () => {
    const { owner, other, guest } = await three()
    for (const [path, text] of Object.entries(mine)) other.own.person.writeFile(path, text)
    await meet(other, guest)
    guest.own.person.rename('work', 'renamed')
    guest.own.person.writeFile('edited', 'spoilt')
    guest.own.person.remove('gone')
    await meet(other, guest)
    await partAll()
    owner.folder.revoke(guest.id)
    // With its disk away it hears of it, and can do nothing.
    other.own.person.rename('.sync/identity', '.sync/away')
    await meet(owner, other)
    expect(other.store.roster().isRevoked(guest.id)).toBe(true)
    expect(files(other)).toMatchObject({ edited: 'spoilt' })
    other.own.person.rename('.sync/away', '.sync/identity')
    const again = await restart(other, 'other')
    await pass(clock, 12_000)
    expect(files(again)).toEqual({ ...mine, shared: 'as it was' })
    await meet(again, owner)
    expect(files(owner)).toEqual({ ...mine, shared: 'as it was' })
    for (const device of [owner, again]) isSettled(device)
  })

  test('what is being put in the place of something meanwhile is undone as well', async () => {
    const held = Promise.withResolvers<void>()
    let isHolding = false
    const { owner, other, guest } = await three({
      gate: (operation) => (isHolding && operation === 'link' ? held.promise : Promise.resolve()),
    })
    const fourth = await start('fourth')
    other.own.person.writeFile('edited', 'my draft')
    await meet(other, guest)
    await partAll()
    fourth.own.person.writeFile('fresh', 'by the fourth')
    guest.own.person.writeFile('edited', 'spoilt')
    guest.own.person.writeFile('planted', 'by the guest')
    await meet(fourth, guest)
    isHolding = true
    await meet(other, guest)
    guest.own.person.writeFile('fresh', 'spoilt')
    await meet(other, guest)
    await partAll()
    owner.folder.revoke(guest.id)
    await meet(owner, other)
    expect(other.store.roster().isRevoked(guest.id)).toBe(true)
    expect(read(other, 'edited')).toBe('my draft')
    expect(other.store.state('edited' as RelPath)?.winner?.deviceName).toBe('other')
    await partAll()
    isHolding = false
    held.resolve()
    await pass(clock, 60_000)
    expect(files(other)).toEqual({ shared: 'as it was', edited: 'my draft', fresh: 'by the fourth' })
    expect(await archived(other)).toEqual(expect.arrayContaining(['edited', 'planted']))
    await meet(owner, other)
    for (const device of [owner, other]) {
      expect(files(device)).toEqual({ shared: 'as it was', edited: 'my draft', fresh: 'by the fourth' })
      isSettled(device)
    }
  })

  test('what is only with peers is read from their indexes again', async () => {
    const { owner, other, guest } = await three({ settings: { archive: false } })
    other.own.person.writeFile('mine', 'by the other')
    await meet(owner, other)
    await partAll()
    await meet(other, guest)
    for (const path of ['shared', 'mine']) guest.own.person.writeFile(path, 'spoilt')
    await meet(other, guest)
    expect(files(other)).toEqual({ shared: 'spoilt', mine: 'spoilt' })
    const epoch = other.store.fact('epoch')
    await revoke(owner, guest, other)
    expect(files(other)).toEqual({ shared: 'as it was', mine: 'by the other' })
    isSettled(other)
    // Its own word coming back from others is no reason to take itself for a copy.
    expect(other.store.fact('epoch')).toBe(epoch)
  })

  test('what cannot be had any more goes, and a person who edited it keeps the edit', async () => {
    const { owner, other, guest } = await three({ settings: { archive: false } })
    other.own.person.writeFile('lost', 'nowhere any more')
    other.own.person.writeFile('mine', 'before')
    await meet(other, guest)
    guest.own.person.writeFile('lost', 'spoilt')
    guest.own.person.writeFile('mine', 'spoilt')
    await meet(other, guest)
    await partAll()
    other.own.person.writeFile('mine', 'edited after that')
    await pass(clock)
    await revoke(owner, guest, other)
    for (const device of [owner, other]) {
      expect(files(device)).toEqual({ shared: 'as it was', mine: 'edited after that' })
      isSettled(device)
    }
  })

  test('an edit made on the way to its end counts', async () => {
    const { owner, other, guest } = await three()
    other.own.person.writeFile('mine', 'before')
    await meet(other, guest)
    guest.own.person.writeFile('mine', 'spoilt')
    guest.own.person.writeFile('planted', 'by the guest')
    await meet(other, guest)
    await partAll()
    owner.folder.revoke(guest.id)
    connectDevices(owner, other)
    other.own.person.writeFile('mine', 'on top')
    other.own.person.writeFile('planted', 'on top, too')
    await meet(owner, other)
    for (const device of [owner, other]) {
      expect(files(device)).toEqual({ shared: 'as it was', mine: 'on top', planted: 'on top, too' })
      isSettled(device)
    }
  })

  test('and hears of it itself: its own files stay with it', async () => {
    const { owner, guest } = await three()
    guest.own.person.writeFile('mine', 'only here')
    guest.own.person.writeFile('shared', 'edited')
    await pass(clock)
    await revoke(owner, guest)
    const peer = attachHostile(guest, 'read-only', 'reader')
    peer.hello()
    await pass(clock, 300, 2)
    const statements = owner.store.statementsAfter(0, 100).map(({ signed }) => signed)
    peer.tell([], { statements })
    await pass(clock, 60_000)
    expect(guest.store.roster().isRevoked(guest.id)).toBe(true)
    expect(files(guest)).toEqual({ mine: 'only here', shared: 'edited' })
  })

  test('its files leave a read-only device, and what they replaced is there again', async () => {
    const { owner, other, guest } = await three()
    const reader = await start('reader', { role: 'read-only' })
    other.own.person.writeFile('edited', 'as it was, too')
    await meet(other, guest)
    await meet(guest, reader)
    guest.own.person.writeFile('planted', 'by the guest')
    guest.own.person.writeFile('dir/planted', 'by the guest')
    guest.own.person.writeFile('edited', 'spoilt')
    await meet(guest, reader)
    await partAll()
    reader.own.person.writeFile('dir/mine', 'local')
    await pass(clock)
    expect(read(reader, 'edited')).toBe('spoilt')
    await revoke(owner, guest, reader)
    const left = { shared: 'as it was', edited: 'as it was, too' }
    expect(files(reader)).toEqual({ ...left, 'dir/mine': 'local' })
    expect(await archived(reader)).toEqual(expect.arrayContaining(['dir/planted', 'planted']))
    expect((await reader.folder.localChanges({ limit: 10 })).rows).toEqual([
      { path: 'dir', change: 'added', sizeBytes: 0 },
      { path: 'dir/mine', change: 'added', sizeBytes: 5 },
    ])
    // The other never heard of the guest's edit, and the owner of that file nothing at all.
    expect(files(owner)).toEqual(left)
    for (const device of [owner, reader]) isSettled(device)
  })

  test('I10: nothing goes before it is known how much has to', async () => {
    let isSlow = false
    const { owner, other, guest } = await three({
      gate: (operation, path) =>
        isSlow && operation === 'create' && path.startsWith('.sync/stage/')
          ? new Promise((resolve) => void clock.after(1_500, resolve))
          : Promise.resolve(),
    })
    const paths = Array.from({ length: 96 }, (_, number) => `file ${String(number).padStart(2, '0')}`)
    for (const path of paths) other.own.person.writeFile(path, `${path} by the other`)
    await meet(other, guest)
    for (const path of paths) guest.own.person.writeFile(path, `${path} spoilt`)
    await meet(other, guest)
    await partAll()
    // Of many of them there is nothing left, and the others take their time.
    const isLeft = (path: string): boolean => paths.indexOf(path) >= 32 && paths.indexOf(path) < 72
    for (const { id, path } of (await other.folder.listArchive({ limit: 1_000 })).rows)
      if (!isLeft(path)) other.own.person.remove(`.sync/archive/${id}`)
    isSlow = true
    owner.folder.revoke(guest.id)
    await meet(owner, other)
    await pass(clock, 240_000, 240)
    expect(other.folder.status().halt?.code).toBe('mass-delete')
    expect(other.folder.heldDeletes(1_000)).toHaveLength(56)
    expect(Object.keys(files(other))).toHaveLength(97)
    isSlow = false
    await other.folder.settleDeletes('confirm')
    await pass(clock, 60_000)
    const left = paths.filter(isLeft).map((path) => [path, `${path} by the other`])
    expect(files(other)).toEqual({ shared: 'as it was', ...Object.fromEntries(left) })
    isSettled(other)
  })

  test.each(['full', 'read-only'] as const)(
    'I10: when that would empty a %s device, a person decides',
    async (role) => {
      const { owner, guest } = await three()
      const holder = await start('holder', { role })
      await meet(guest, holder)
      for (let number = 0; number < 60; number++) guest.own.person.writeFile(`planted ${number}`, `${number}`)
      await meet(guest, holder)
      await partAll()
      await revoke(owner, guest, holder)
      expect(Object.keys(files(holder))).toHaveLength(61)
      expect(holder.folder.status().halt?.code).toBe('mass-delete')
      await holder.folder.settleDeletes(role === 'full' ? 'undo' : 'confirm')
      await meet(owner, holder)
      expect(Object.keys(files(holder))).toHaveLength(role === 'full' ? 61 : 1)
      expect(Object.keys(files(owner))).toHaveLength(role === 'full' ? 61 : 1)
    },
  )
})

describe('R7: whoever takes a device out', () => {
  test('keeps what has come, and waits for nothing that never will', async () => {
    await using at = await scene()
    const { victim: owner, honest: other } = at
    const peer = await madMember(at)
    serveTexts(peer, 'came')
    const knows = [...owner.store.state('old.txt' as RelPath)!.winner!.vector]
    peer.tell(
      forge(
        mallory.author,
        { path: 'came.txt', text: 'came', counter: 1 },
        { path: 'old.txt', text: 'never served', knows, counter: 2 },
        { path: 'new.txt', text: 'never served either', counter: 3 },
        {
          path: 'dir/inner.txt',
          kind: 'deleted',
          counter: 4,
          knows: [...owner.store.state('dir/inner.txt' as RelPath)!.winner!.vector],
        },
      ),
    )
    await at.pass(12_000)
    peer.tell(forge(mallory.author, { path: 'came.txt', text: 'and then never served', counter: 5 }))
    await at.pass(12_000)
    expect(owner.folder.status().needFiles).toBe(3)
    owner.folder.revoke(mallory.id)
    await at.pass(12_000)
    if (!connectedTo(owner).includes(other.id)) connectDevices(owner, other)
    await at.pass(60_000)
    await using joiner = await openMemoryDevice({ clock: at.clock, name: 'joiner' })
    connectDevices(joiner, owner)
    await at.pass(60_000)
    for (const device of [owner, other, joiner]) {
      expect(files(device)).toEqual({ 'came.txt': 'came', 'old.txt': 'what was there before' })
      isSettled(device)
    }
    await at.expectService()
  })

  test('takes nothing back of what it ignores itself', async () => {
    const { owner, other, guest } = await three()
    owner.own.person.writeFile('.sync/ignore', '/ignored\n')
    await meet(other, guest)
    await meet(owner, guest)
    guest.own.person.writeFile('ignored', 'by the guest')
    await meet(other, guest)
    await meet(owner, guest)
    await revoke(owner, guest, other)
    expect(files(owner)).toEqual({ shared: 'as it was' })
    expect(files(other)).toEqual({ shared: 'as it was', ignored: 'by the guest' })
    for (const device of [owner, other]) isSettled(device)
  })

  test('says so of each of its authors, and of all records however many', async () => {
    await using at = await scene()
    const { victim: owner, honest: other } = at
    const peer = await madMember(at)
    const second = createAuthor(Buffer.alloc(32, 'second author'))
    peer.tell([], { statements: [certify(second)] })
    const count = maxKept + 6
    const directories = Array.from(
      { length: count },
      (_, number): Forgery => ({ path: `directory ${number}`, kind: 'directory', counter: number + 1 }),
    )
    for (let first = 0; first < count; first += 100)
      peer.tell(forge(mallory.author, ...directories.slice(first, first + 100)))
    await at.pass(12_000)
    owner.folder.revoke(mallory.id)
    expect(owner.folder.members().find(({ device }) => device === mallory.id)?.state).toBe('revoked')
    await at.pass(12_000)
    expect(peer.ended?.code).toBe('peer-revoked')
    expect(other.store.roster().isRevoked(mallory.id)).toBe(true)
    for (const device of [owner, other])
      expect(device.store.recordsBy(mallory.author.key)).toHaveLength(count)
    // Whoever has not heard of it may bring more.
    const before = files(owner)
    const bringer = attachHostile(owner, 'read-only', 'bringer')
    bringer.hello()
    await at.pass(300)
    for (const author of [mallory.author, second])
      bringer.tell(forge(author, { path: 'more.txt', text: 'more', counter: count + 1 }))
    await at.pass(3_000)
    expect(files(owner)).toEqual(before)
    expect(owner.store.versionsOf('more.txt' as RelPath)).toEqual([])
    expect(bringer.ended).toBeUndefined()
    await at.expectService()
  })

  test('cannot mean itself', async () => {
    await using at = await scene()
    for (const named of [at.victim.id, 'victim'])
      expect(() => at.victim.folder.revoke(named)).toThrow(
        expect.objectContaining({ code: 'device-unknown' }),
      )
    expect(at.victim.store.roster().revocations).toEqual([])
    await at.expectService()
  })

  test('cannot take back what was signed by others on top of it', async () => {
    const { owner, other, guest } = await three()
    await meet(other, guest)
    guest.own.person.writeFile('dir/planted', 'by the guest')
    guest.own.person.writeFile('shared', 'by the guest')
    await meet(other, guest)
    other.own.person.writeFile('dir/mine', 'in its directory')
    other.own.person.writeFile('shared', 'edited after it')
    await pass(clock)
    await partAll()
    await revoke(owner, guest, other)
    for (const device of [owner, other]) {
      expect(files(device)).toEqual({ 'dir/mine': 'in its directory', shared: 'edited after it' })
      isSettled(device)
    }
  })
})

test('R7: of an author that two revoke only what both had counts', async () => {
  const { owner, other, guest } = await three()
  await meet(other, guest)
  guest.own.person.writeFile('both', 'came to both')
  await meet(other, guest)
  await meet(owner, guest)
  await partAll()
  guest.own.person.writeFile('one', 'came to one')
  await meet(other, guest)
  await partAll()
  owner.folder.revoke(guest.id)
  other.folder.revoke(guest.id)
  expect(read(other, 'one')).toBe('came to one')
  await meet(owner, other)
  for (const device of [owner, other]) {
    expect(files(device)).toEqual({ shared: 'as it was', both: 'came to both' })
    isSettled(device)
  }
})
