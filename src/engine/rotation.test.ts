/** A folder's secret is changed (R9): who moves over, what goes with them, and who stays behind. */
import { afterEach, describe, expect, test } from 'vitest'
import { singleBlockRoot } from '../core/blocks.ts'
import { toId } from '../core/ids.ts'
import { inviteIdOf, inviteKeys } from '../core/invite.ts'
import { type FolderKeys, folderKeys } from '../core/secret.ts'
import { type Rotation, type Statement, signStatement } from '../core/statement.ts'
import { attachHostile, certify, forge } from '../testing/hostile-peer.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import {
  connectDevices,
  identityOf,
  keysByRole,
  type MemoryDevice,
  type MemoryDeviceOptions,
  openMemoryDevice,
  pass,
} from '../testing/memory-device.ts'
import { encodeStatement } from '../wire/statement-body.ts'

let clock: ManualClock
const open = new Map<string, MemoryDevice>()

async function start(
  name: string,
  role: 'full' | 'read-only' = 'full',
  options: Partial<MemoryDeviceOptions> = {},
): Promise<MemoryDevice> {
  if (open.size === 0) clock = createManualClock(Date.UTC(2026, 0, 1))
  const device = await openMemoryDevice({ clock, name, role, ...options })
  open.set(name, device)
  await pass(clock)
  return device
}

/** Goes on under what the change of the secret gives it, as the daemon does. */
async function follow(name: string): Promise<MemoryDevice> {
  const before = open.get(name)!
  const { keys, former, own, image } = before
  const secret = before.folder.succession?.secret
  if (secret === undefined) throw new Error(`${name} is not moved over`)
  await before[Symbol.asyncDispose]()
  return start(name, keys.role, {
    ...{ own, image: image(), keys: folderKeys(secret), former: [...former, keys] },
  })
}

async function meet(one: MemoryDevice, other: MemoryDevice, keys?: FolderKeys): Promise<void> {
  connectDevices(one, other, keys?.folderId)
  await pass(clock)
}

function read({ own }: MemoryDevice, path: string): string | undefined {
  return own.person.stat(path) && own.person.readFile(path).toString()
}

afterEach(async () => {
  for (const device of open.values()) await device[Symbol.asyncDispose]()
  open.clear()
})

describe('R9: the secret is changed', () => {
  test('those that were members go on with all they had, fetching and hashing nothing again', async () => {
    let alice = await start('alice')
    let bob = await start('bob')
    alice.own.person.writeFile('a.txt', 'from alice')
    bob.own.person.writeFile('b.txt', 'from bob')
    await meet(alice, bob)
    expect(read(bob, 'a.txt')).toBe('from alice')
    bob.own.person.remove('a.txt')
    await pass(clock)
    const recordsBefore = alice.store.indexAfter(0, 100).map(({ record }) => record.version.id)

    alice.folder.rotate()
    await pass(clock)
    alice = await follow('alice')
    bob = await follow('bob')
    expect(bob.keys.folderId).toBe(alice.keys.folderId)
    expect(bob.keys.signAsWriter).toBeDefined()
    await meet(alice, bob)
    expect(alice.store.indexAfter(0, 100).map(({ record }) => record.version.id)).toEqual(recordsBefore)
    expect(read(alice, 'a.txt')).toBeUndefined()
    expect(read(bob, 'a.txt')).toBeUndefined()

    bob.own.person.writeFile('after.txt', 'by bob, after')
    alice.own.person.writeFile('b.txt', 'edited by alice')
    await pass(clock)
    expect(read(alice, 'after.txt')).toBe('by bob, after')
    expect(read(bob, 'b.txt')).toBe('edited by alice')
    expect(alice.folder.isAwaiting).toBe(false)
  })

  test('a newcomer with the new secret takes over what was signed before it', async () => {
    let alice = await start('alice')
    alice.own.person.writeFile('a.txt', 'from alice')
    await pass(clock)
    alice.folder.rotate()
    alice = await follow('alice')
    alice.own.person.writeFile('b.txt', 'under the new one')
    await pass(clock)
    const carol = await start('carol', 'full', { keys: alice.keys })
    await meet(alice, carol)
    expect(read(carol, 'a.txt')).toBe('from alice')
    expect(read(carol, 'b.txt')).toBe('under the new one')
    carol.own.person.writeFile('c.txt', 'from carol')
    await pass(clock)
    expect(read(alice, 'c.txt')).toBe('from carol')

    alice.folder.rotate()
    await pass(clock)
    alice = await follow('alice')
    await follow('carol')
    const dave = await start('dave', 'full', { keys: alice.keys })
    await meet(alice, dave)
    expect(['a.txt', 'b.txt', 'c.txt'].map((path) => read(dave, path))).toEqual([
      'from alice',
      'under the new one',
      'from carol',
    ])
  })

  test('who was away is told by anybody who moved over, and keeps what it did meanwhile', async () => {
    let alice = await start('alice')
    const bob = await start('bob')
    let carol = await start('carol')
    carol.own.person.writeFile('kept.txt', 'as it was')
    await meet(alice, bob)
    await meet(alice, carol)
    const away = carol
    await away[Symbol.asyncDispose]()
    alice.own.person.remove('kept.txt')
    await pass(clock)
    alice.folder.rotate()
    await pass(clock)
    alice = await follow('alice')
    const moved = await follow('bob')
    expect(moved.folder.members().find(({ name }) => name === 'carol')?.state).toBe('awaited')

    carol = await start('carol', 'full', { own: away.own, image: away.image() })
    carol.own.person.writeFile('away.txt', 'made while away')
    await pass(clock)
    await meet(moved, carol, carol.keys)
    carol = await follow('carol')
    await meet(moved, carol)
    expect(read(moved, 'away.txt')).toBe('made while away')
    expect(read(carol, 'kept.txt')).toBeUndefined()
    expect(moved.folder.isAwaiting).toBe(true)
    await meet(alice, moved)
    expect(moved.folder.isAwaiting).toBe(false)
  })

  test('who only holds a secret stays behind with its files, and who was taken out too', async () => {
    let alice = await start('alice')
    const listener = await start('listener', 'read-only')
    const mallory = await start('mallory')
    alice.own.person.writeFile('a.txt', 'from alice')
    await meet(alice, listener)
    await meet(alice, mallory)
    alice.folder.revoke('mallory')
    const plan = alice.folder.planRotation()
    expect(plan.moving.map(({ name }) => name)).toEqual([])
    expect(plan.left.map(({ name }) => name)).toEqual(['listener'])
    alice.folder.rotate()
    const former = alice.keys
    alice = await follow('alice')
    for (const left of [listener, mallory]) {
      await meet(alice, left, former)
      expect(left.folder.status()).toMatchObject({ state: 'halted', halt: { code: 'secret-changed' } })
      expect(read(left, 'a.txt')).toBe('from alice')
    }
  })

  test('one that was let in moves over, read-only and with nothing to pass on', async () => {
    let alice = await start('alice')
    alice.folder.setAdmission('approval')
    await pass(clock)
    const listener = await start('listener', 'read-only')
    await meet(alice, listener)
    alice.folder.approve('listener')
    await meet(alice, listener)
    alice.own.person.writeFile('a.txt', 'from alice')
    await pass(clock)
    alice.folder.rotate()
    await pass(clock)
    const { secret } = listener.folder.succession!
    expect(secret?.kind).toBe('guest')
    alice = await follow('alice')
    const moved = await follow('listener')
    expect(moved.keys.role).toBe('read-only')
    alice.own.person.writeFile('b.txt', 'news')
    await meet(alice, moved)
    expect(read(moved, 'b.txt')).toBe('news')
    expect(alice.folder.admission).toBe('approval')
  })

  test('what another full member said and the one who changed it had not heard goes with it', async () => {
    let alice = await start('alice')
    let bob = await start('bob')
    const mallory = await start('mallory')
    await meet(alice, bob)
    await meet(alice, mallory)
    await meet(bob, mallory)
    const links = connectDevices(alice, bob)
    links[0].close('closing')
    await pass(clock)
    bob.folder.revoke('mallory')
    const bobAway = bob
    await bobAway[Symbol.asyncDispose]()
    const former = alice.keys
    alice.folder.rotate()
    alice = await follow('alice')
    bob = await start('bob', 'full', { own: bobAway.own, image: bobAway.image() })
    await meet(alice, bob, former)
    bob = await follow('bob')
    await meet(alice, bob)
    expect(alice.store.roster().isRevoked(identityOf('mallory').id)).toBe(true)
  })
})

describe('R9: what is said of members, and the one who changed the secret has not heard', () => {
  /** Alice has changed the secret, and knows nothing of what bob did and carol heard. */
  async function unaware(act: (bob: MemoryDevice) => Promise<void>) {
    const alice = await start('alice')
    const bob = await start('bob')
    const carol = await start('carol')
    const mallory = await start('mallory', 'read-only')
    await meet(alice, bob)
    await meet(alice, carol)
    await meet(bob, carol)
    await meet(bob, mallory)
    for (const [link] of [connectDevices(alice, bob), connectDevices(alice, carol)]) link.close('closing')
    await pass(clock)
    await act(bob)
    await pass(clock)
    alice.folder.rotate()
    const former = alice.keys
    const moved = await follow('alice')
    await meet(moved, bob, former)
    await meet(moved, carol, former)
    return { alice: moved, bob: await follow('bob'), carol: await follow('carol') }
  }

  test('a guest another member let in is a member for all, and its work is not lost', async () => {
    const guest = identityOf('guest')
    const { alice, bob, carol } = await unaware(async ({ folder }) => {
      const token = folder.invites.create('full', 3_600_000).secret.token.reveal()
      const asking = { device: guest.id, author: guest.author.key, deviceName: 'guest' }
      await folder.invites.redeem(inviteKeys(inviteIdOf(token)).meetingId, token, asking)
      const peer = attachHostile(open.get('bob')!, 'read-only', 'guest')
      peer.hello()
      peer.tell(forge(guest.author, { path: 'by the guest', kind: 'directory' }))
      await pass(clock)
    })
    await meet(bob, carol)
    await meet(alice, bob)
    await meet(alice, carol)
    for (const { own, store } of [alice, bob, carol]) {
      expect(own.person.stat('by the guest')?.kind).toBe('directory')
      expect(store.roster().roleOf(guest.id)).toBe('full')
    }
  })

  test('a rule of admission holds for all', async () => {
    const { alice, bob, carol } = await unaware(async ({ folder }) => {
      folder.setAdmission('approval')
    })
    await meet(bob, carol)
    await meet(alice, bob)
    for (const { folder } of [alice, bob, carol]) expect(folder.admission).toBe('approval')
  })

  test('what a holder of the former full secret says in the name of a member does not hold', async () => {
    const mallory = identityOf('mallory')
    const { bob, carol } = await unaware(async ({ id, author }) => {
      const { folderId, signAsWriter } = keysByRole.full
      const say = <S extends Statement>(statement: S) =>
        signStatement(statement, encodeStatement(statement), folderId, signAsWriter!)
      const peer = attachHostile(open.get('bob')!, 'full', 'thief')
      peer.hello()
      const times = { issuedMs: 0, part: 0, partCount: 1 }
      peer.tell([], {
        statements: [
          say({
            ...{ kind: 'revocation', id: toId('RevocationId', Buffer.alloc(8)), ...times, kept: [] },
            ...{ device: identityOf('carol').id, author: identityOf('carol').author.key, revokedBy: id },
          }),
          say({
            ...{
              kind: 'certificate',
              author: mallory.author.key,
              device: mallory.id,
              role: 'full',
              issuedMs: 0,
            },
            ...{ deviceName: 'mallory', invitedBy: id, invite: undefined, signsFor: undefined },
          }),
        ],
      })
      await pass(clock)
      expect(author.key).not.toBe(mallory.author.key)
    })
    await meet(bob, carol)
    for (const { store } of [bob, carol]) {
      expect(store.roster().roleOf(identityOf('carol').id)).toBe('full')
      expect(store.roster().roleOf(mallory.id)).toBeUndefined()
    }
  })

  test('a device that was added again with less gets no more than it had', async () => {
    let alice = await start('alice')
    const bob = await start('bob')
    await meet(alice, bob)
    await bob[Symbol.asyncDispose]()
    const reader = await start('bob', 'read-only', { own: bob.own })
    expect(reader.folder.status().role).toBe('read-only')
    await meet(alice, reader)
    alice.folder.rotate()
    await pass(clock)
    expect(reader.folder.succession?.secret?.kind).toBe('read-only')
    alice = await follow('alice')
    const moved = await follow('bob')
    expect(moved.keys.role).toBe('read-only')
    alice.own.person.writeFile('a.txt', 'news')
    await meet(alice, moved)
    expect(read(moved, 'a.txt')).toBe('news')
  })

  test('who may join can be set after however many times, once the secret was changed', async () => {
    let alice = await start('alice')
    const rule: Statement = { kind: 'admission', rule: 'invite', number: Number.MAX_SAFE_INTEGER }
    const { folderId, signAsWriter } = keysByRole.full
    alice.store.addStatement(signStatement(rule, encodeStatement(rule), folderId, signAsWriter!))
    expect(() => alice.folder.setAdmission('secret')).toThrow('berrysync rotate')
    alice.folder.rotate()
    alice = await follow('alice')
    expect(alice.folder.admission).toBe('invite')
    alice.folder.setAdmission('secret')
    expect(alice.folder.admission).toBe('secret')
  })
})

describe('P16: who comes with the former secret', () => {
  async function rotated(): Promise<MemoryDevice> {
    const alice = await start('alice')
    alice.own.person.writeFile('a.txt', 'from alice')
    await pass(clock)
    alice.folder.rotate()
    return follow('alice')
  }

  test.each(['full', 'read-only'] as const)('even the %s one, gets nothing but the news', async (role) => {
    const alice = await rotated()
    const before = { tree: alice.own.person.tree(), roster: alice.store.roster().size }
    const peer = attachHostile(alice, role)
    peer.hello()
    peer.tell(forge(peer.author, { path: 'b.txt', text: 'forged' }, { path: 'a.txt', kind: 'deleted' }), {
      statements: [certify(peer.author)],
    })
    peer.send({ kind: 'cursor', indexId: undefined, sequence: 0 })
    peer.send({ kind: 'block-list-request', request: 1, root: singleBlockRoot(Buffer.from('from alice')) })
    await pass(clock)
    expect(new Set(peer.received.map(({ kind }) => kind))).toEqual(new Set(['hello', 'index']))
    const told = peer.of('index').flatMap(({ statements, entries }) => [...statements, ...entries])
    expect(told.map((each) => 'statement' in each && each.statement.kind)).toEqual(['rotation'])
    expect({ tree: alice.own.person.tree(), roster: alice.store.roster().size }).toEqual(before)
    await pass(clock, 31_000)
    expect(peer.ended?.code).toBe('folder-moved')
  })

  test('and proves nothing, or speaks out of turn, is sent away', async () => {
    const alice = await rotated()
    const forger = attachHostile(alice, 'read-only', 'forger')
    forger.hello({ proof: Buffer.alloc(32) })
    const hasty = attachHostile(alice, 'read-only', 'hasty')
    hasty.send({ kind: 'cursor', indexId: undefined, sequence: 0 })
    await pass(clock, 1_000)
    expect([forger.ended?.code, hasty.ended?.code]).toEqual(['peer-forged', 'peer-garbage'])
    expect([...forger.of('index'), ...hasty.of('index')]).toEqual([])
  })

  test('a rotation that anybody else drew up, or for another folder, is none', async () => {
    const alice = await start('alice')
    const { id } = alice
    const rotation: Rotation = {
      ...{ kind: 'rotation', id: toId('RotationId', Buffer.alloc(8)), rotatedBy: id, issuedMs: 0 },
      ...{ part: 0, partCount: 1, envelopes: [], carried: [] },
    }
    const { folderId, signAsWriter } = keysByRole.full
    const elsewhere = toId('FolderId', Buffer.alloc(32))
    for (const [sign, folder] of [
      [identityOf('mallory').author.sign, folderId],
      [signAsWriter!, elsewhere],
    ] as const) {
      const peer = attachHostile(alice, 'read-only')
      peer.hello()
      peer.tell([], { statements: [signStatement(rotation, encodeStatement(rotation), folder, sign)] })
      await pass(clock, 1_000)
      expect(peer.ended?.code).toBe('peer-forged')
    }
    expect(alice.folder.succession).toBeUndefined()
  })
})
