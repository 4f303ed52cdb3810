import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SyncError } from '../core/errors.ts'
import { toId } from '../core/ids.ts'
import { inviteIdOf, inviteKeys } from '../core/invite.ts'
import { proveRole } from '../core/role-proof.ts'
import { generateOneTimeSecret } from '../core/secret.ts'
import type { Role } from '../core/statement.ts'
import { attachHostile } from '../testing/hostile-peer.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import {
  identityOf,
  keysByRole,
  type MemoryDevice,
  type MemoryDeviceOptions,
  openMemoryDevice,
  pass,
} from '../testing/memory-device.ts'

let device: MemoryDevice | undefined
afterEach(async () => {
  await device?.[Symbol.asyncDispose]()
})

let clock: ManualClock
beforeEach(() => {
  clock = createManualClock(Date.UTC(2026, 0, 1))
})

/** The issuer, ready to let guests in. */
async function start(options: Partial<MemoryDeviceOptions> = {}): Promise<MemoryDevice> {
  device = await openMemoryDevice({ clock, name: 'alice', ...options })
  await pass(clock)
  return device
}

function tokenFrom({ folder }: MemoryDevice, role: Role = 'full'): Uint8Array {
  return folder.invites.create(role, 3_600_000).secret.token.reveal()
}

function guest(name: string) {
  return {
    device: toId('DeviceId', Buffer.alloc(32, `device ${name}`)),
    author: toId('AuthorKey', Buffer.alloc(32, `author ${name}`)),
    deviceName: name,
  }
}

test('I15 guests of several one-time secrets come at the same moment, and those nobody used stay good', async () => {
  const first = await start()
  const { invites } = first.folder
  const names = ['one', 'two', 'three', 'four']
  const tokens = names.map(() => tokenFrom(first))
  const unused = invites.create('read-only', 3_600_000).invite
  const grants = await Promise.all(
    tokens.map((token, at) =>
      invites.redeem(inviteKeys(inviteIdOf(token)).meetingId, token, guest(names[at]!)),
    ),
  )
  expect(grants.map(({ certificate }) => certificate.statement.deviceName)).toEqual(names)

  await first[Symbol.asyncDispose]()
  const again = await start({ image: first.image(), own: first.own })
  expect(again.folder.invites.list().filter(({ end }) => end === undefined)).toEqual([unused])
})

function redeem({ folder }: MemoryDevice, token: Uint8Array, name: string) {
  return folder.invites.redeem(inviteKeys(inviteIdOf(token)).meetingId, token, guest(name)).then(
    () => 'granted',
    (error: SyncError) => error.code,
  )
}

test('I15 a certificate that its owner shows first ends the one-time secret, when the whole machine was put back', async () => {
  const before = await start()
  const token = tokenFrom(before, 'read-only')
  const image = before.image()
  const lease = before.own.person.readFile('.sync/lease')
  const mallory = identityOf('mallory')
  const { certificate } = await before.folder.invites.redeem(inviteKeys(inviteIdOf(token)).meetingId, token, {
    ...{ device: mallory.id, author: mallory.author.key, deviceName: 'mallory' },
  })
  await before[Symbol.asyncDispose]()
  before.own.person.writeFile('.sync/lease', lease)
  const again = await start({ image, own: before.own })
  const peer = attachHostile(again, 'read-only')
  peer.hello(proveRole(keysByRole['read-only'], peer.link, mallory.author, certificate))
  await pass(clock)
  expect(await redeem(again, token, 'second')).toBe('invite-used')
})

test('P15 whoever lost its answer gets it, whatever the clock said in between, and a stranger hears why not', async () => {
  const alice = await start()
  const token = tokenFrom(alice, 'read-only')
  expect(await redeem(alice, token, 'first')).toBe('granted')
  await clock.advance(400 * 24 * 3_600_000)
  alice.folder.invites.list()
  expect(await redeem(alice, token, 'first')).toBe('granted')
  expect(await redeem(alice, token, 'second')).toBe('invite-used')
  const unknown = generateOneTimeSecret((count) => Buffer.alloc(count, 'unknown')).token.reveal()
  expect(await redeem(alice, unknown, 'first')).toBe('invite-expired')
})

test('S10 a token of another meeting opens nothing', async () => {
  const first = await start()
  const [one, other] = [0, 1].map(() => tokenFrom(first))
  const meeting = inviteKeys(inviteIdOf(one!)).meetingId
  await expect(first.folder.invites.redeem(meeting, other!, guest('guest'))).rejects.toMatchObject({
    code: 'peer-forged',
  })
})

test('who asks before the database is known to be the present one is not let in', async () => {
  const before = await start()
  const token = tokenFrom(before)
  await before[Symbol.asyncDispose]()
  device = await openMemoryDevice({ clock, name: 'alice', image: before.image(), own: before.own })
  expect(device.folder.invites.meetings().size).toBe(0)
  expect(await redeem(device, token, 'early')).toBe('folder-closed')
  await pass(clock)
  expect(device.folder.invites.meetings().size).toBe(1)
  expect(await redeem(device, token, 'later')).toBe('granted')
})

test('R7 a guest that was taken out is given nothing any more, however it asks', async () => {
  const alice = await start()
  const token = tokenFrom(alice)
  expect(await redeem(alice, token, 'first')).toBe('granted')
  alice.folder.revoke('first')
  expect(await redeem(alice, token, 'first')).toBe('invite-cancelled')
})
