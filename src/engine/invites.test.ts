import { afterEach, expect, test } from 'vitest'
import type { SyncError } from '../core/errors.ts'
import { toId } from '../core/ids.ts'
import { inviteIdOf, inviteKeys } from '../core/invite.ts'
import { proveRole } from '../core/role-proof.ts'
import { generateOneTimeSecret } from '../core/secret.ts'
import { attachHostile } from '../testing/hostile-peer.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import {
  identityOf,
  keysByRole,
  type MemoryDevice,
  openMemoryDevice,
  pass,
} from '../testing/memory-device.ts'

let device: MemoryDevice | undefined
afterEach(async () => {
  await device?.[Symbol.asyncDispose]()
})

function guest(name: string) {
  return {
    device: toId('DeviceId', Buffer.alloc(32, `device ${name}`)),
    author: toId('AuthorKey', Buffer.alloc(32, `author ${name}`)),
    deviceName: name,
  }
}

test('I15 guests of several one-time secrets come at the same moment, and those nobody used stay good', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const first = await openMemoryDevice({ clock, name: 'alice' })
  device = first
  await pass(clock)
  const { invites } = first.folder
  const names = ['one', 'two', 'three', 'four']
  const tokens = names.map(() => invites.create('full', 3_600_000).secret.token.reveal())
  const unused = invites.create('read-only', 3_600_000).invite
  const grants = await Promise.all(
    tokens.map((token, at) =>
      invites.redeem(inviteKeys(inviteIdOf(token)).meetingId, token, guest(names[at]!)),
    ),
  )
  expect(grants.map(({ certificate }) => certificate.statement.deviceName)).toEqual(names)

  await first[Symbol.asyncDispose]()
  device = await openMemoryDevice({ clock, name: 'alice', image: first.image(), own: first.own })
  await pass(clock)
  expect(device.folder.invites.list().filter(({ end }) => end === undefined)).toEqual([unused])
})

function redeem({ folder }: MemoryDevice, token: Uint8Array, name: string) {
  return folder.invites.redeem(inviteKeys(inviteIdOf(token)).meetingId, token, guest(name)).then(
    () => 'granted',
    (error: SyncError) => error.code,
  )
}

test('I15 a certificate that its owner shows first ends the one-time secret, when the whole machine was put back', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const before = await openMemoryDevice({ clock, name: 'alice' })
  device = before
  await pass(clock)
  const token = before.folder.invites.create('read-only', 3_600_000).secret.token.reveal()
  const image = before.image()
  const lease = before.own.person.readFile('.sync/lease')
  const mallory = identityOf('mallory')
  const { certificate } = await before.folder.invites.redeem(inviteKeys(inviteIdOf(token)).meetingId, token, {
    ...{ device: mallory.id, author: mallory.author.key, deviceName: 'mallory' },
  })
  await before[Symbol.asyncDispose]()
  before.own.person.writeFile('.sync/lease', lease)
  device = await openMemoryDevice({ clock, name: 'alice', image, own: before.own })
  await pass(clock)
  const peer = attachHostile(device, 'read-only')
  peer.hello(proveRole(keysByRole['read-only'], peer.link, mallory.author, certificate))
  await pass(clock)
  expect(await redeem(device, token, 'second')).toBe('invite-used')
})

test('P15 whoever lost its answer gets it, whatever the clock said in between, and a stranger hears why not', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  device = await openMemoryDevice({ clock, name: 'alice' })
  await pass(clock)
  const token = device.folder.invites.create('read-only', 3_600_000).secret.token.reveal()
  expect(await redeem(device, token, 'first')).toBe('granted')
  await clock.advance(400 * 24 * 3_600_000)
  device.folder.invites.list()
  expect(await redeem(device, token, 'first')).toBe('granted')
  expect(await redeem(device, token, 'second')).toBe('invite-used')
  const unknown = generateOneTimeSecret((count) => Buffer.alloc(count, 'unknown')).token.reveal()
  expect(await redeem(device, unknown, 'first')).toBe('invite-expired')
})

test('S10 a token of another meeting opens nothing', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const first = await openMemoryDevice({ clock, name: 'alice' })
  device = first
  await pass(clock)
  const [one, other] = [0, 1].map(() => first.folder.invites.create('full', 3_600_000).secret.token.reveal())
  const meeting = inviteKeys(inviteIdOf(one!)).meetingId
  await expect(first.folder.invites.redeem(meeting, other!, guest('guest'))).rejects.toMatchObject({
    code: 'peer-forged',
  })
})

test('who asks before the database is known to be the present one is not let in', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const before = await openMemoryDevice({ clock, name: 'alice' })
  device = before
  await pass(clock)
  const token = before.folder.invites.create('full', 3_600_000).secret.token.reveal()
  await before[Symbol.asyncDispose]()
  device = await openMemoryDevice({ clock, name: 'alice', image: before.image(), own: before.own })
  expect(device.folder.invites.meetings().size).toBe(0)
  expect(await redeem(device, token, 'early')).toBe('folder-closed')
  await pass(clock)
  expect(device.folder.invites.meetings().size).toBe(1)
  expect(await redeem(device, token, 'later')).toBe('granted')
})
