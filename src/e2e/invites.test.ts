/** One-time secrets between real daemons: made, redeemed, listed, cancelled, and what happens when somebody is away, killed or restored. */
import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { programPath, runBerrysync, startDaemon } from '../testing/daemon.ts'
import { type Place, startPlace } from '../testing/place.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

/** A daemon with a folder of one file, of which it holds the full secret. */
async function startIssuer(root: string, stack: AsyncDisposableStack): Promise<Place> {
  const issuer = await startPlace(root, 'issuer', stack)
  await issuer.write('episode', 'the first one')
  await issuer.daemon.ask('add', issuer.directory)
  return issuer
}

/** The program on a machine that does not know the time: a Raspberry Pi without a network. */
function programIn1970(): readonly string[] {
  const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')
  const faked = ['FAKETIME_DONT_FAKE_MONOTONIC=1', 'FAKETIME=@1970-01-02 00:00:00']
  return ['env', `LD_PRELOAD=${library}`, ...faked, programPath]
}

function add({ directory, home }: Place, secret: string, issuer: Place) {
  return runBerrysync(['add', directory, secret, '--host', issuer.daemon.listen, '--home', home])
}

test('I15: a one-time secret lets one device in, and no other', async () => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const issuer = await startIssuer(root.path, stack)
  const guest = await startPlace(root.path, 'guest', stack)
  const late = await startPlace(root.path, 'late', stack)
  const secret = await issuer.invite()
  expect(secret).toMatch(/^C[\w-]{32}$/)

  expect(await add(guest, secret, issuer)).toMatchObject({
    ...{ status: 0, out: `Joined ${guest.directory} (read-only).\n` },
  })
  await until('the file is there', () => guest.has('episode', 'the first one'))
  const refused = await add(late, secret, issuer)
  expect(refused).toMatchObject({ status: 1, out: '' })
  expect(refused.err).toContain('used by another device already')
  // Nothing of the vain try is left.
  expect((await late.daemon.askJson('status')).folders).toEqual([])
  const { invites } = await issuer.daemon.askJson('invite', 'list', issuer.directory)
  const { id } = (await guest.daemon.askJson('status')).device
  expect(invites).toMatchObject([{ state: 'redeemed', role: 'read-only', redeemedBy: { id, name: 'guest' } }])

  // Read-only is read-only.
  await guest.write('mine', 'stays here')
  await issuer.write('episode', 'the second one')
  await until('the change is there', () => guest.has('episode', 'the second one'))
  expect(await issuer.has('mine', 'stays here')).toBe(false)
})

test('a guest with full access writes as itself, and holds no secret to pass on', async () => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const issuer = await startIssuer(root.path, stack)
  const guest = await startPlace(root.path, 'guest', stack)
  const reader = await startPlace(root.path, 'reader', stack)
  await add(guest, await issuer.invite('--full'), issuer)
  await add(reader, (await issuer.secrets()).readOnly, issuer)
  await until('the file is there', () => guest.has('episode', 'the first one'))
  await guest.write('reply', 'from the guest')
  await until('the issuer has it', () => issuer.has('reply', 'from the guest'))
  await until('the reader has it', () => reader.has('reply', 'from the guest'))

  for (const [command, reason] of [
    ['secrets', 'no secret that could be passed on'],
    ['invite', 'takes the full secret'],
  ] as const) {
    const { status, out, err } = await runBerrysync([command, guest.directory, '--home', guest.home])
    expect({ status, out, err }).toEqual({ status: 1, out: '', err: expect.stringContaining(reason) })
  }
  const { folders } = await guest.daemon.askJson('status')
  expect(folders[0].role).toBe('full')
  const config = await readFile(join(guest.home, 'config.json'), 'utf8')
  expect(config).not.toMatch(/"([AC][\w-]{32}|B[\w-]{75})"/)

  // It is still a member after a restart, also without whoever invited it.
  await issuer.daemon.end('SIGTERM')
  await guest.daemon.end('SIGKILL')
  await guest.restart()
  await reader.daemon.ask('host', 'add', reader.directory, guest.daemon.listen)
  await guest.write('reply', 'changed')
  await until('the reader has the change', () => reader.has('reply', 'changed'))
})

test('what became of a one-time secret is told plainly', async () => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const issuer = await startIssuer(root.path, stack)
  const guest = await startPlace(root.path, 'guest', stack)
  const list = async () => (await issuer.daemon.askJson('invite', 'list', issuer.directory)).invites

  const cancelled = await issuer.invite()
  const [open] = await list()
  await issuer.daemon.ask('invite', 'cancel', issuer.directory, open.id.slice(0, 12))
  expect((await add(guest, cancelled, issuer)).err).toContain('was cancelled')
  const short = await issuer.invite('--expires', '1s')
  await until('it has expired', async () => (await list()).at(-1).state === 'expired')
  expect((await add(guest, short, issuer)).err).toContain('has expired')

  for (const [duration, reason] of [
    ['25h', '24h at most'],
    ['soon', 'not a duration'],
  ] as const) {
    const args = ['invite', issuer.directory, '--expires', duration, '--home', issuer.home]
    const { status, err } = await runBerrysync(args)
    expect([status, err]).toEqual([2, expect.stringContaining(reason)])
  }
})

test('a device whose clock is not set makes no one-time secret, and redeems none before it is', async () => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const issuer = await startIssuer(root.path, stack)
  const guest = await startPlace(root.path, 'guest', stack)
  const secret = await issuer.invite()
  const { listen } = issuer.daemon
  await issuer.daemon.end('SIGTERM')
  issuer.daemon = stack.use(await startDaemon(issuer.home, ['--listen', listen], programIn1970()))
  const { status, err } = await runBerrysync(['invite', issuer.directory, '--home', issuer.home])
  expect([status, err]).toEqual([1, expect.stringContaining('clock of this device is not set yet')])

  expect(await add(guest, secret, issuer)).toMatchObject({
    ...{ status: 0, out: expect.stringContaining('its clock is not set yet') },
  })
  expect((await guest.status()).folders[0]!.state).toBe('joining')
  await issuer.restart()
  await until('it has joined', () => guest.has('episode', 'the first one'))
})

test('who is not online is waited for, which is shown, and joins later', async () => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const issuer = await startIssuer(root.path, stack)
  const guest = await startPlace(root.path, 'guest', stack)
  const secret = await issuer.invite()
  await issuer.daemon.end('SIGTERM')
  const { status, out } = await add(guest, secret, issuer)
  expect([status, out]).toEqual([0, expect.stringContaining('is not joined yet')])
  const [folder] = (await guest.daemon.askJson('status')).folders
  expect(folder).toMatchObject({ state: 'joining', routes: [{ target: issuer.daemon.listen }] })
  expect(await guest.daemon.ask('status')).toContain('has to be online')

  await guest.daemon.end('SIGKILL')
  await guest.restart()
  await issuer.restart()
  await until('the file is there', () => guest.has('episode', 'the first one'))
})

test('I15: an older database put back does not make a used secret good again', async () => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const issuer = await startIssuer(root.path, stack)
  const guest = await startPlace(root.path, 'guest', stack)
  const late = await startPlace(root.path, 'late', stack)
  const [secret, unused] = [await issuer.invite(), await issuer.invite()]
  const [{ id }] = (await issuer.daemon.askJson('status')).folders
  await issuer.daemon.end('SIGTERM')
  const database = join(issuer.home, 'folders', `${id}.db`)
  const old = await readFile(database)

  await issuer.restart()
  expect((await add(guest, secret, issuer)).status).toBe(0)
  await issuer.daemon.end('SIGTERM')
  await guest.daemon.end('SIGTERM')
  for (const suffix of ['-wal', '-shm']) await rm(database + suffix, { force: true })
  await writeFile(database, old)
  await issuer.restart()
  for (const each of [secret, unused]) expect((await add(late, each, issuer)).err).toContain('was cancelled')
})

test('I15: whoever is killed at whatever moment, one of two guests joins, and the other is told', async () => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const issuer = await startIssuer(root.path, stack)
  const guests = [await startPlace(root.path, 'one', stack), await startPlace(root.path, 'two', stack)]
  // From before the daemons talk until long after; a redemption takes some 50 ms.
  for (const [round, afterMs] of [0, 5, 15, 30, 50, 80, 120, 200].entries()) {
    const secret = await issuer.invite(...(round % 2 === 0 ? [] : ['--full']))
    for (const guest of guests) await guest.add(secret, issuer)
    const victim = [issuer, guests[0]!, issuer, guests[1]!][round % 4]!
    await pause(afterMs)
    await victim.daemon.end('SIGKILL')
    await victim.restart()

    const states = async () =>
      Promise.all(
        guests.map(async ({ daemon }) => {
          const [folder] = (await daemon.askJson('status')).folders
          return folder.halt?.code ?? (folder.state === 'joining' ? 'joining' : 'joined')
        }),
      )
    await until('both know', async () => !(await states()).includes('joining'))
    expect([afterMs, (await states()).sort()]).toEqual([afterMs, ['invite-used', 'joined']])
    const joined = guests[(await states()).indexOf('joined')]!
    await until('it has the folder', () => joined.has('episode', 'the first one'))
    for (const { daemon, directory } of guests) {
      await daemon.ask('remove', directory)
      await rm(directory, { recursive: true })
      await mkdir(directory)
    }
  }
})

/** What a camera sees of half blocks on a dark terminal, as a grey picture of eight dots a module. */
function photograph(lines: readonly string[]): Buffer {
  const scale = 8
  const rows = lines.flatMap((line) => [
    Array.from(line, (half) => '█▀'.includes(half)),
    Array.from(line, (half) => '█▄'.includes(half)),
  ])
  const width = Math.max(...rows.map(({ length }) => length))
  const dots = rows.flatMap((row) => {
    const wide = Array.from({ length: width * scale }, (_, at) => (row[Math.floor(at / scale)] ? 255 : 0))
    return Array.from({ length: scale }, () => wide).flat()
  })
  return Buffer.concat([Buffer.from(`P5 ${width * scale} ${rows.length * scale} 255\n`), Buffer.from(dots)])
}

test('a QR code on the terminal is read by another program, and its link joins the folder', async () => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const issuer = await startIssuer(root.path, stack)
  const guest = await startPlace(root.path, 'guest', stack)
  const reader = await startPlace(root.path, 'reader', stack)
  for (const [place, command] of [
    [guest, 'invite'],
    [reader, 'secrets'],
  ] as const) {
    const args = [command, issuer.directory, '--qr', '--host', issuer.daemon.listen]
    const lines = (await issuer.daemon.ask(...args)).split('\n')
    const picture = join(root.path, 'code.pgm')
    await writeFile(picture, photograph(lines.filter((line) => /^[ █▀▄]+$/.test(line))))
    const { stdout } = await promisify(execFile)('zbarimg', ['--quiet', '--raw', picture])
    const link = stdout.trim()
    expect(lines).toContain(link)
    expect(link).toMatch(/^berrysync:\/\/add\?secret=[BC][\w-]+&name=folder&host=127\.0\.0\.1%3A\d+$/)
    await place.daemon.ask('add', place.directory, link)
    await until('the file is there', () => place.has('episode', 'the first one'))
  }
})
