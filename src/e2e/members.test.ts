/** Who belongs to a folder, between real daemons: taken out, let in, and kept out. */
import { mkdir, rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { runBerrysync } from '../testing/daemon.ts'
import { type Place, startPlace } from '../testing/place.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

async function add({ daemon, directory }: Place, secret: string, ...hosts: readonly Place[]): Promise<void> {
  const options = hosts.flatMap((host) => ['--host', host.daemon.listen])
  await daemon.ask('add', directory, secret, ...options)
}

/** What one device shows of another. */
async function peerAt({ daemon, directory }: Place, name: string) {
  const { peers } = await daemon.askJson('peers', directory)
  return peers.find((peer: { name: string }) => peer.name === name)
}

test('R7: a device that is taken out changes nothing any more, and its last word is taken back everywhere', async () => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const owner = await startPlace(root.path, 'owner', stack)
  const other = await startPlace(root.path, 'other', stack)
  const guest = await startPlace(root.path, 'guest', stack)
  await owner.write('shared', 'as it was')
  await owner.daemon.ask('add', owner.directory)
  await add(other, (await owner.secrets()).full, owner)
  await add(guest, await owner.invite('--full'), owner)
  await guest.write('before', 'counts')
  for (const place of [owner, other]) await until('they have it', () => place.has('before', 'counts'))
  await until('the guest has it', () => guest.has('shared', 'as it was'))

  // What the owner never saw: the guest and the other are alone for a while.
  await guest.daemon.ask('host', 'add', guest.directory, other.daemon.listen)
  await until('they are linked', async () => (await peerAt(guest, 'other'))?.connected)
  await owner.daemon.end('SIGTERM')
  await guest.write('shared', 'spoilt')
  await guest.write('after', 'counts for nothing')
  await until('the other has it', () => other.has('shared', 'spoilt'))
  await until('the other has that, too', () => other.has('after', 'counts for nothing'))
  await other.daemon.end('SIGTERM')
  await guest.daemon.end('SIGTERM')

  await owner.restart()
  expect(await owner.daemon.ask('revoke', owner.directory, 'guest')).toContain('guest is taken out')
  await other.restart()
  await until('the old content is back', () => other.has('shared', 'as it was'))
  await until('the new file is gone', async () => !(await other.has('after', 'counts for nothing')))
  expect(await other.has('before', 'counts')).toBe(true)
  // Nothing is lost: what was taken back lies in the archive, beside what the guest had replaced.
  const { archive } = await other.daemon.askJson('archive', 'list', other.directory)
  expect(archive.map(({ path }: { path: string }) => path).sort()).toEqual(['after', 'shared', 'shared'])

  await guest.restart()
  await guest.write('later', 'nobody hears')
  await until('the guest is told', async () =>
    (await guest.daemon.ask('status')).includes('was taken out of the folder'),
  )
  expect(await peerAt(owner, 'guest')).toMatchObject({
    ...{ state: 'revoked', connected: false, invitedBy: 'owner', role: 'full' },
  })
  for (const place of [owner, other]) {
    expect(await place.has('shared', 'as it was')).toBe(true)
    expect(await place.has('later', 'nobody hears')).toBe(false)
  }

  // Invited again it is a member again.
  await guest.daemon.ask('remove', guest.directory)
  await rm(guest.directory, { recursive: true })
  await mkdir(guest.directory)
  await add(guest, await owner.invite('--full'), owner)
  await until('it has the folder', () => guest.has('shared', 'as it was'))
  await guest.write('again', 'counts again')
  await until('the owner has it', () => owner.has('again', 'counts again'))
})

test('R8: where newcomers are approved, or invited, the secret alone opens nothing', async () => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const owner = await startPlace(root.path, 'owner', stack)
  await owner.write('shared', 'for members')
  await owner.daemon.ask('add', owner.directory)
  const { readOnly } = await owner.secrets()
  const early = await startPlace(root.path, 'early', stack)
  await add(early, readOnly, owner)
  await until('who came before has it', () => early.has('shared', 'for members'))
  expect(await owner.daemon.ask('admission', owner.directory, 'approval')).toContain('waits until')
  await until('who came before waits, too', async () => (await peerAt(owner, 'early'))?.state === 'waiting')
  const newcomer = await startPlace(root.path, 'newcomer', stack)
  await add(newcomer, readOnly, owner)
  await until('it waits', async () => (await peerAt(owner, 'newcomer'))?.state === 'waiting')
  await until('it is told so', async () =>
    (await newcomer.daemon.ask('status')).includes('waits until somebody with full access lets it in'),
  )
  expect(await newcomer.has('shared', 'for members')).toBe(false)
  await owner.daemon.ask('approve', owner.directory, 'newcomer')
  await until('it has the file', () => newcomer.has('shared', 'for members'))
  expect((await peerAt(owner, 'newcomer')).state).toBe('member')

  await owner.daemon.ask('admission', owner.directory, 'invite')
  const stranger = await startPlace(root.path, 'stranger', stack)
  await add(stranger, readOnly, owner, newcomer)
  await until('it is told', async () => (await stranger.daemon.ask('status')).includes('one-time secret'))
  const guest = await startPlace(root.path, 'guest', stack)
  await add(guest, await owner.invite(), owner)
  await until('the guest has the file', () => guest.has('shared', 'for members'))
  expect(await stranger.has('shared', 'for members')).toBe(false)
  expect(await peerAt(owner, 'stranger')).toBeUndefined()

  for (const [command, argument, reason] of [
    ['admission', 'secret', 'takes the full secret'],
    ['revoke', 'newcomer', 'takes the full secret'],
    ['approve', 'stranger', '0 devices'],
  ] as const) {
    const args = [command, guest.directory, argument, '--home', guest.home]
    const { status, err } = await runBerrysync(args)
    expect([command, status, err]).toEqual([command, 1, expect.stringContaining(reason)])
  }
})
