import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { programPath, runBerrysync, startDaemon } from '../testing/daemon.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

test('a daemon answers until it is told to stop, and then ends cleanly', async () => {
  await using root = await makeTempDirectory()
  const home = join(root.path, 'home')
  const daemon = await startDaemon(home)
  const { device, folders } = await daemon.askJson('status')
  expect(device).toMatchObject({ listen: daemon.listen, version: expect.stringMatching(/^\d+\.\d+/) })
  expect(device.id).toMatch(/^[0-9a-f]{64}$/)
  expect(folders).toEqual([])
  expect((await stat(home)).mode & 0o777).toBe(0o700)
  expect(await daemon.end('SIGTERM')).toBe(0)
  expect(await runBerrysync(['status', '--home', home])).toMatchObject({ status: 1, out: '' })

  await using again = await startDaemon(home)
  expect((await again.askJson('status')).device.id).toBe(device.id)
})

test('one daemon a home, and a killed one leaves nothing behind that keeps the next from starting', async () => {
  await using root = await makeTempDirectory()
  const first = await startDaemon(root.path)
  const second = await runBerrysync([
    'daemon',
    '--home',
    root.path,
    '--listen',
    '127.0.0.1:0',
    '--web',
    'off',
  ])
  expect(second.status).toBe(1)
  expect(second.err).toBe(
    `berrysync: Another daemon already runs on ${root.path} (process ${first.process.pid}). Stop it first, or give this one another --home.\n`,
  )
  await first.ask('status')
  expect(await first.end('SIGKILL')).toBe('SIGKILL')
  await using third = await startDaemon(root.path)
  await third.ask('status')
})

test('a daemon that cannot start says why in one line', async () => {
  await using root = await makeTempDirectory()
  await using other = await startDaemon(join(root.path, 'other'))
  const home = join(root.path, 'home')
  const failures: [args: string[], status: number, reason: string][] = [
    [['--listen', other.listen], 1, `Port ${other.listen} is in use`],
    [['--listen', 'nowhere'], 2, '"nowhere" is not a valid value for listen'],
    [['--web', '8888'], 2, '"8888" is not a valid value for web'],
    [['--log-level', 'loud'], 2, '"loud" is not a valid value for log-level'],
    [['--config', join(root.path, 'none.json')], 1, 'none.json cannot be read: it does not exist'],
  ]
  for (const [args, expected, reason] of failures) {
    const { status, err } = await runBerrysync(['daemon', '--home', home, '--web', 'off', ...args])
    expect([status, err]).toEqual([expected, expect.stringContaining(reason)])
    expect(err.trimEnd()).not.toContain('\n')
  }
})

test('a damaged configuration stops the daemon and is left as it is', async () => {
  await using root = await makeTempDirectory()
  await writeFile(join(root.path, 'config.json'), '{"folders": [{')
  const { status, err } = await runBerrysync([
    'daemon',
    '--home',
    root.path,
    '--listen',
    '127.0.0.1:0',
    '--web',
    'off',
  ])
  expect([status, err]).toEqual([
    1,
    expect.stringContaining('config.json cannot be read: it is not valid JSON'),
  ])
  expect(await readFile(join(root.path, 'config.json'), 'utf8')).toBe('{"folders": [{')
})

test('a device can be set up from a file alone, and folders go from one to the other', async () => {
  await using root = await makeTempDirectory()
  const [from, to] = [join(root.path, 'from'), join(root.path, 'to')]
  await mkdir(join(from, 'deep', 'er'), { recursive: true })
  await mkdir(to)
  await writeFile(join(from, 'deep', 'er', 'a.txt'), 'hello')
  await using publisher = await startDaemon(join(root.path, 'publisher'))
  const { readOnly } = await publisher.askJson('add', from)

  const file = join(root.path, 'setup.json')
  await writeFile(
    file,
    JSON.stringify({
      name: 'listener',
      folders: [{ path: to, secret: readOnly, hosts: [publisher.listen] }],
    }),
  )
  await using listener = await startDaemon(join(root.path, 'listener'), ['--config', file])
  await listener.ask('status', '--wait', '60')
  expect(await readFile(join(to, 'deep', 'er', 'a.txt'), 'utf8')).toBe('hello')
  await publisher.ask('status', '--wait', '60')
  expect((await publisher.askJson('status', from)).folders).toMatchObject([
    {
      ...{ path: from, role: 'full', state: 'up-to-date', files: 1, bytes: 5, needFiles: 0, needBytes: 0 },
      peers: [{ name: 'listener', role: 'read-only', via: 'direct' }],
    },
  ])

  await writeFile(join(from, 'b.txt'), 'later')
  await publisher.ask('status', '--wait', '60')
  expect(await readFile(join(to, 'b.txt'), 'utf8')).toBe('later')
  // I9: no secret in any log.
  for (const { log } of [publisher, listener]) expect(log.join('\n')).not.toContain(readOnly.slice(1, 20))
})

test('a host that cannot be reached is told with the reason and the next try', async () => {
  await using root = await makeTempDirectory()
  await using daemon = await startDaemon(join(root.path, 'home'))
  const path = join(root.path, 'folder')
  await mkdir(path)
  await daemon.ask('add', path)
  // Nobody listens on the lowest port.
  await daemon.ask('host', 'add', path, '127.0.0.1:1')
  await until('a try', async () => {
    const { folders } = await daemon.askJson('status', path)
    return folders[0].routes[0]?.lastResult?.code === 'unreachable'
  })
  const status = await daemon.ask('status', path)
  expect(status).toMatch(/host 127\.0\.0\.1:1 \(direct\): (being tried now|tried .*, again in \d+ s)/)
  expect(status).toMatch(/127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/)
})

test('names that a silent network leaves unanswered do not hold up the end', async () => {
  await using root = await makeTempDirectory()
  const names = join(root.path, 'resolv.conf')
  await writeFile(names, 'nameserver 192.0.2.53\noptions timeout:30 attempts:1\n')
  // A network in which nobody is.
  const alone = [
    ...['ip link set lo up', 'ip link add name silence type bridge', 'ip link set silence up'],
    ...['ip address add 192.0.2.1/24 dev silence', `mount --bind '${names}' /etc/resolv.conf`],
    'exec "$@"',
  ].join(' && ')
  const program = ['unshare', '--net', '--mount', 'sh', '-c', alone, 'sh', programPath]
  const daemon = await startDaemon(join(root.path, 'home'), [], program, false)
  const directory = join(root.path, 'folder')
  await mkdir(directory)
  await daemon.ask('add', directory)
  await until('a name is being looked up', async () =>
    // 192.0.2.53, port 53, as the kernel lists sockets.
    (await readFile(`/proc/${daemon.process.pid}/net/udp`, 'utf8')).includes('350200C0:0035'),
  )
  const startedMs = performance.now()
  expect(await daemon.end('SIGTERM')).toBe('SIGTERM')
  expect(performance.now() - startedMs).toBeLessThan(15_000)
  expect(daemon.log.at(-1)).toContain('"msg":"stopped"')
})
