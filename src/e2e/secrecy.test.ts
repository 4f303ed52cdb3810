/** I9: everything three daemons say to each other and to their logs is recorded, and no secret or key is in it, in any spelling. */
import { hkdfSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderKeys, parseSecret, readSecretOf } from '../core/secret.ts'
import { startCapture } from '../testing/capture.ts'
import { startMesh } from '../testing/mesh.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'

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
