/**
 * I9: everything three daemons say to each other and to their logs is recorded, and no secret or key is in it, in any spelling; nor in what lies on a
 * disk beside two files of the home, nor in what other users of the machine can see of the process.
 */
import { hkdfSync } from 'node:crypto'
import { once } from 'node:events'
import { lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderKeys, parseSecret, readSecretOf } from '../core/secret.ts'
import { startCapture } from '../testing/capture.ts'
import { runBerrysync } from '../testing/daemon.ts'
import { startMesh } from '../testing/mesh.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

/** The file format of a capture has so long a header. */
const captureHeaderBytes = 24

/** Every secret of a folder and every key that is made from it, by name. */
function secretsOf(full: string, readOnly: string): Map<string, Buffer> {
  const secret = parseSecret(full)
  const read = parseSecret(readOnly)
  if (secret.kind !== 'full' || read.kind !== 'read-only')
    throw new Error('assertion: other kinds of secrets')
  const keys = folderKeys(secret)
  const seed = secret.seed.reveal()
  const readKey = readSecretOf(secret).readKey.reveal()
  const derive = (key: Buffer, domain: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', key, new Uint8Array(0), domain, bytes))
  // Derived here once more (S4 to S8), because the program keeps these two to itself.
  const swarmKey = derive(readKey, 'berrysync derive swarm', 21)
  const writerSeed = derive(seed, 'berrysync derive writer key', 32)
  expect(derive(swarmKey, 'berrysync derive psk', 32)).toEqual(keys.psk.reveal())
  expect(read.readKey.reveal()).toEqual(readKey)
  return new Map([
    ['the full secret as text', Buffer.from(full)],
    ['the read-only secret as text', Buffer.from(readOnly)],
    ['the seed', seed],
    ['the read key', readKey],
    ['the swarm key', swarmKey],
    ['the pre-shared key', keys.psk.reveal()],
    ['the tag key', keys.tagKey.reveal()],
    ['the role key', keys.roleKey.reveal()],
    ['the private writer key', writerSeed],
  ])
}

/** Which of the secrets occur in what was recorded, and how they are spelt there. */
function findSecrets(recorded: Buffer, secrets: ReadonlyMap<string, Buffer>): string[] {
  const lowerCase = Buffer.from(recorded.toString('latin1').toLowerCase(), 'latin1')
  return [...secrets].flatMap(([name, secret]) => {
    const spellings: [string, Buffer | string][] = [
      ['raw', secret],
      ['reversed', Buffer.from(secret).reverse()],
      ['base64', secret.toString('base64').replace(/=+$/, '').slice(0, -1)],
      ['base64url', secret.toString('base64url').slice(0, -1)],
    ]
    const found = spellings.filter(([, spelling]) => recorded.includes(spelling)).map(([how]) => how)
    if (lowerCase.includes(secret.toString('hex'))) found.push('hex')
    return found.map((how) => `${name}, ${how}`)
  })
}

test('I9: no secret and no key made from it is in any packet or log', async () => {
  await using root = await makeTempDirectory()
  await using capture = await startCapture(join(root.path, 'packets'), { device: 'lo', filter: 'tcp' })
  const args = ['--log-level', 'debug']
  await using mesh = await startMesh(
    root.path,
    [{ name: 'one' }, { name: 'two' }, { name: 'reader', role: 'read-only' }],
    args,
  )
  const [one, two, reader] = mesh.members
  await mkdir(one!.path('dir'))
  const plain = 'this very text must not be seen on the wire'
  for (let at = 0; at < 40; at++)
    await writeFile(one!.path('dir', `a name of a file ${at}`), `${plain} ${at}`.repeat(1 + at * 50))
  await mesh.settle()
  await writeFile(two!.path('dir/a name of a file 1'), 'edited')
  await rm(two!.path('dir/a name of a file 2'))
  await writeFile(reader!.path('local'), 'local')
  await mesh.settle()
  await one!.restart('SIGKILL')
  await mesh.settle()
  // Somebody with the secret of another folder knocks, and somebody with none.
  const stranger = connect(Number(one!.daemon.listen.split(':')[1]), '127.0.0.1')
  stranger.end(Buffer.alloc(200, 1))
  await once(stranger, 'close').catch(() => undefined)
  await one!.daemon.ask('secrets', one!.directory)
  for (const member of mesh.members) await member.end()

  const packets = await capture.stop()
  expect(packets.length).toBeGreaterThan(captureHeaderBytes + 100_000)
  const logs = Buffer.from(mesh.members.flatMap((member) => member.log()).join('\n'))
  expect(logs.toString()).toContain('"level":"debug"')
  const secrets = secretsOf(mesh.full, mesh.readOnly)
  expect(findSecrets(packets, secrets)).toEqual([])
  expect(findSecrets(logs, secrets)).toEqual([])
  expect(packets.includes(plain)).toBe(false)
  expect(packets.includes('a name of a file')).toBe(false)
  // Nor do the long-term keys of the devices leave them.
  for (const { home } of mesh.members) {
    const identity = JSON.parse(await readFile(join(home, 'identity.json'), 'utf8')) as Record<
      string,
      unknown
    >
    const own = new Map(
      ['deviceKey', 'authorSeed'].map((name) => [name, Buffer.from(String(identity[name]), 'hex')]),
    )
    expect([...own.values()].map(({ length }) => length)).toEqual([32, 32])
    expect(findSecrets(packets, own)).toEqual([])
    expect(findSecrets(logs, own)).toEqual([])
  }

  // The search finds what is there: each secret in each spelling, planted among the packets.
  for (const [name, secret] of secrets) {
    for (const planted of [
      secret,
      Buffer.from(secret.toString('hex').toUpperCase()),
      Buffer.from(secret.toString('base64')),
      Buffer.from(secret.toString('base64url')),
    ]) {
      const at = Math.floor(packets.length / 2)
      const tampered = Buffer.concat([packets.subarray(0, at), planted, packets.subarray(at)])
      expect(findSecrets(tampered, secrets).join()).toContain(name)
    }
  }
})

test('the recording would show it: a secret sent in the open is found', async () => {
  await using root = await makeTempDirectory()
  await using capture = await startCapture(join(root.path, 'packets'), { device: 'lo', filter: 'tcp' })
  await using mesh = await startMesh(root.path, [{ name: 'one' }])
  const socket = connect(Number(mesh.members[0]!.daemon.listen.split(':')[1]), '127.0.0.1')
  socket.on('error', () => undefined)
  socket.end(mesh.full)
  await once(socket, 'close')
  const packets = await capture.stop()
  expect(findSecrets(packets, secretsOf(mesh.full, mesh.readOnly))).toContain('the full secret as text, raw')
})

const modeOf = async (path: string): Promise<number> => (await lstat(path)).mode & 0o777

/** What is no directory below one. A socket has no content. */
async function filesBelow(directory: string): Promise<{ path: string; mode: number; content: Buffer }[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return Promise.all(
    entries
      .filter((entry) => !entry.isDirectory())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name)
        const content = entry.isFile() ? await readFile(path) : Buffer.alloc(0)
        return { path, mode: await modeOf(path), content }
      }),
  )
}

test('I9: who has the disk of a folder has no secret: those are in two files of the home, which like all in it are for its owner alone', async () => {
  await using root = await makeTempDirectory()
  // As where nobody has set anything.
  const before = process.umask(0o022)
  try {
    await using mesh = await startMesh(root.path, [
      { name: 'one' },
      { name: 'two' },
      { name: 'reader', role: 'read-only' },
    ])
    const [one, two] = mesh.members
    await writeFile(one!.path('a file'), 'one')
    await mesh.settle()
    await writeFile(two!.path('a file'), 'two')
    await mesh.settle()
    const { secret: oneTime } = await one!.daemon.askJson('invite', one!.directory)
    const password = 'a password for the page'
    expect((await runBerrysync(['password', '--home', one!.home], `${password}\n`)).status).toBe(0)
    const { token } = await one!.daemon.askJson('token', 'create', 'a program')
    const toComeIn = new Map([
      ['the password', Buffer.from(password)],
      ['a token', Buffer.from(token)],
      ['the bytes of it', Buffer.from(token, 'base64url')],
    ])
    await one!.daemon.ask('rotate', one!.directory, '--confirm')
    const changed = await one!.daemon.askJson('secrets', one!.directory)
    await until('the other one has followed', async () => {
      const held = await two!.daemon.askJson('secrets', two!.directory)
      return held.full === changed.full
    })
    await writeFile(two!.path('a file'), 'under the new secret')
    await mesh.settle({ only: [one!, two!] })

    for (const { home, directory, daemon } of mesh.members) {
      const identity = JSON.parse(await readFile(join(home, 'identity.json'), 'utf8'))
      const secrets = new Map([
        ...secretsOf(mesh.full, mesh.readOnly),
        ...[...secretsOf(changed.full, changed.readOnly)].map(
          ([name, bytes]) => [`new: ${name}`, bytes] as const,
        ),
        ['the one-time secret', Buffer.from(oneTime)],
        ['the token of it', Buffer.from(oneTime.slice(1), 'base64url').subarray(0, 21)],
        ['the key of the device', Buffer.from(identity.deviceKey, 'hex')],
        ['the key of the author', Buffer.from(identity.authorSeed, 'hex')],
      ])
      const inHome = await filesBelow(home)
      const inFolder = await filesBelow(join(directory, '.sync'))
      expect(inHome.filter(({ content }) => findSecrets(content, toComeIn).length > 0)).toEqual([])
      const holders = [...inHome, ...inFolder].filter(
        ({ content }) => findSecrets(content, secrets).length > 0,
      )
      expect(holders.map(({ path }) => path).sort()).toEqual([
        join(home, 'config.json'),
        join(home, 'identity.json'),
      ])
      // The databases and their logs, the archive and what else there is were looked at.
      expect(inHome.some(({ path, content }) => path.endsWith('.db') && content.length > 0)).toBe(true)
      expect(inFolder.length).toBeGreaterThan(2)
      expect(inHome.flatMap(({ path, mode }) => ((mode & 0o177) === 0 ? [] : [path]))).toEqual([])
      expect(await Promise.all([home, join(directory, '.sync')].map(modeOf))).toEqual([0o700, 0o700])
      // Anybody on the machine can read the former.
      for (const file of ['cmdline', 'environ'])
        expect(findSecrets(await readFile(`/proc/${daemon.process.pid}/${file}`), secrets)).toEqual([])
    }
  } finally {
    process.umask(before)
  }
})
