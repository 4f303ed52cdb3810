import { afterEach, expect, test } from 'vitest'
import { toId } from '../core/ids.ts'
import { inviteIdOf, inviteKeys } from '../core/invite.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'

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
