import { expect, test } from 'vitest'
import { SyncError } from './core/errors.ts'
import { inviteIdOf, inviteKeys } from './core/invite.ts'
import type { GuestPass } from './core/secret.ts'
import { createJoining } from './joining.ts'
import { createManualClock } from './testing/manual-clock.ts'
import { identityOf, makeLinks, openMemoryDevice, pass } from './testing/memory-device.ts'
import { silentLog } from './testing/silent-log.ts'

test('a grant that cannot be kept is asked for again until it is, and why it could not is told', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  await using issuer = await openMemoryDevice({ clock, name: 'alice' })
  await pass(clock)
  const { secret } = issuer.folder.invites.create('full', 3_600_000)
  const { meetingId } = inviteKeys(inviteIdOf(secret.token.reveal()))
  const { id, author } = identityOf('guest')
  const obstacles = [
    new SyncError('disk-full', { path: '/home', freeBytes: 0, reserveBytes: 0 }),
    new SyncError('disk-read-only', { path: '/home' }),
  ]
  const kept: GuestPass[] = []
  const joining = createJoining(
    { secret, device: id, deviceName: 'guest', author },
    { clock, log: silentLog },
    async (granted) => {
      const obstacle = obstacles.shift()
      if (obstacle !== undefined) throw obstacle
      kept.push(granted)
    },
  )

  async function meet(): Promise<string> {
    const [ours, theirs] = makeLinks(id, issuer.id, undefined, meetingId).ends
    issuer.folder.attach(theirs)
    joining.take(ours)
    await pass(clock)
    return (await ours.closed).code
  }

  expect(joining.obstacle.code).toBe('issuer-away')
  await meet()
  expect([joining.obstacle.code, kept.length]).toEqual(['disk-full', 0])
  await meet()
  expect([joining.obstacle.code, kept.length]).toEqual(['disk-read-only', 0])
  await meet()
  expect(kept.map(({ certificate }) => certificate.statement.device)).toEqual([id])
  // Nothing is left to ask for.
  expect(await meet()).toBe('peer-duplicate')
  expect(issuer.store.roster().certificates.filter(({ invite }) => invite !== undefined)).toHaveLength(1)
})
