/** The box with its LEDs, button, screen and service manager: the built daemon with onoff, on a tree of plain files in the place of sysfs. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Daemon, programPath, runBerrysync, startDaemon } from '../testing/daemon.ts'
import { makeFakeGpio } from '../testing/fake-gpio.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

const password = 'a sentence that is long enough'

/** Runs a program with this root's tree in the place of the system's own classes: onoff looks nowhere else. */
function withClasses(root: string): string[] {
  const mounts = `mount -t tmpfs none /sys/class; mkdir /sys/class/gpio; mount --bind ${root}/sys/class/gpio /sys/class/gpio`
  const inside = ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', `${mounts}; exec "$@"`, 'sh']
  return ['env', `BERRYSYNC_APPLIANCE_ROOT=${root}`, ...inside, programPath]
}

async function makeBox(root: string) {
  for (const directory of ['sys/class/gpio', 'sys/class/leds/ACT', 'dev', 'run/berrysync'])
    await mkdir(join(root, directory), { recursive: true })
  await writeFile(join(root, 'sys/class/leds/ACT/trigger'), 'none [mmc0] timer\n')
  await writeFile(join(root, 'sys/class/leds/ACT/brightness'), '0\n')
  await writeFile(join(root, 'dev/tty1'), '')
  await writeFile(
    join(root, 'run/berrysync/presets.json'),
    JSON.stringify({
      taken: [],
      mistakes: [{ code: 'key-unknown', line: 2, key: 'wfi', reason: '' }],
      language: null,
      waitingFolders: 0,
    }),
  )
  return makeFakeGpio(join(root, 'sys/class/gpio'))
}

/** Prints every datagram at a socket, and closes what comes with it: the one who sends waits for that. */
const receiver =
  '$| = 1; $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]); print "$m\\n" while defined $s->recv($m, 65536)'

/** What the web interface answers to a browser without a session, or with one. */
async function get(daemon: Daemon, path: string, cookie = '') {
  const answer = await fetch(`${daemon.web}${path}`, { headers: { cookie } })
  return (await answer.json()) as { readonly state?: string; readonly shown?: string; readonly code?: string }
}

async function setUp(daemon: Daemon, chosen: string) {
  const answer = await fetch(`${daemon.web}/api/access/set-up`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ password: chosen }),
  })
  return { status: answer.status, cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0]! }
}

test('LEDs show the state, the button does what it says, the screen tells where to go', async () => {
  await using directory = await makeTempDirectory()
  const root = join(directory.path, 'root')
  await using gpio = await makeBox(root)
  const daemon = await startDaemon(
    join(directory.path, 'home'),
    ['--appliance', '--web', '127.0.0.1:0'],
    withClasses(root),
  )
  const { cookie } = await setUp(daemon, password)
  const shown = async (session = cookie) => (await get(daemon, '/api/leds', session)).shown
  await until('there is no disk', async () => (await shown()) === 'no-disk')
  await until('the amber LED is lit', async () => (await gpio.level(22)) === '1')
  expect(await gpio.level(17)).toBe('0')
  await until('the LED of the board is lit', async () =>
    (await readFile(join(root, 'sys/class/leds/ACT/brightness'), 'utf8')).startsWith('1'),
  )
  const screen = () => readFile(join(root, 'dev/tty1'), 'utf8')
  await until('the screen is drawn', async () => (await screen()).includes('There is no disk'))
  expect(await screen()).toContain('line 2, wfi: there is no such key')

  // Without a disk to eject the button says which box this is.
  await gpio.setLevel(27, 0)
  await until('the button is seen', async () => (await shown()) === 'button-short')
  await gpio.setLevel(27, 1)
  await until('it says which box it is', async () => (await shown()) === 'identify')

  expect((await get(daemon, '/api/access')).state).toBe('locked')
  await gpio.setLevel(27, 0)
  await until('it is held for long enough', async () => (await shown()) === 'button-password')
  expect((await get(daemon, '/api/access')).state).toBe('locked')
  await gpio.setLevel(27, 1)
  await until(
    'a new password may be chosen',
    async () => (await get(daemon, '/api/access')).state === 'set-up',
  )
  expect((await get(daemon, '/api/leds', cookie)).code).toBe('set-up-needed')
  const anew = await setUp(daemon, 'another sentence that is long')
  expect(anew.status).toBe(200)
  expect((await get(daemon, '/api/access')).state).toBe('locked')
  await until('all is as before', async () => (await shown(anew.cookie)) === 'no-disk', 40)

  // Lines are changed while it runs, and none is used twice.
  const wrong = await runBerrysync(['config', 'ledPin=22', '--home', daemon.home])
  expect(wrong.err).toContain('ledPin is the same line')
  await daemon.ask('config', 'ledPin=5', 'attentionPin=off')
  await until('the old lines are given back', async () => {
    const names = await readdir(gpio.root)
    return names.includes('gpio574') && !names.includes('gpio586') && !names.includes('gpio591')
  })

  expect(await daemon.end('SIGTERM')).toBe(0)
  expect((await readdir(gpio.root)).filter((name) => /^gpio\d/.test(name))).toEqual([])
  expect(await readFile(join(root, 'sys/class/leds/ACT/trigger'), 'utf8')).toMatch(/^mmc0/)
  expect(await screen()).toContain('Berrysync has ended')
  expect(
    daemon.log.filter((line) => /"level":"(warn|error)"/.test(line)).map((line) => JSON.parse(line).msg),
  ).toEqual(['anybody in the local network may choose a new password now'])
})

test('an appliance without lines, LEDs or a screen syncs all the same, and says so once', async () => {
  await using directory = await makeTempDirectory()
  await mkdir(join(directory.path, 'root'))
  await using daemon = await startDaemon(
    join(directory.path, 'home'),
    ['--appliance'],
    ['env', `BERRYSYNC_APPLIANCE_ROOT=${join(directory.path, 'root')}`, programPath],
  )
  await daemon.ask('status')
  await until('it is said', () => daemon.log.some((line) => line.includes('no screen')))
  expect(daemon.log.filter((line) => line.includes('no lines for LEDs'))).toHaveLength(1)
})

test('A7: the service manager hears of start, life, state and end, by a process each', async () => {
  await using directory = await makeTempDirectory()
  const socket = join(directory.path, 'notify')
  const manager = spawn('perl', ['-MIO::Socket::UNIX', '-e', receiver, socket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let heard = ''
  manager.stdout.on('data', (bytes) => {
    heard += String(bytes)
  })
  await until('the manager listens', async () => (await readdir(directory.path)).includes('notify'))
  const daemon = await startDaemon(
    join(directory.path, 'home'),
    [],
    [...['env', `NOTIFY_SOCKET=${socket}`, 'WATCHDOG_USEC=3000000', programPath]],
  )
  await until('it is ready', () => heard.includes('READY=1'))
  await until('it is alive', () => heard.split('WATCHDOG=1').length > 3)

  // A daemon that is held up does not say that it is well.
  daemon.process.kill('SIGSTOP')
  await pause(1500)
  const { length } = heard
  await pause(3000)
  expect(heard.slice(length)).toBe('')
  daemon.process.kill('SIGCONT')
  await until('it is well again', () => heard.slice(length).includes('WATCHDOG=1'))

  expect(await daemon.end('SIGTERM')).toBe(0)
  await until('the end was told', () => heard.includes('STOPPING=1'))
  expect(heard).toContain('EXTEND_TIMEOUT_USEC=')
  manager.kill()
  await once(manager, 'exit')
})

test('without a service manager nothing is told', async () => {
  await using directory = await makeTempDirectory()
  await using daemon = await startDaemon(
    join(directory.path, 'home'),
    [],
    [...['env', '-u', 'NOTIFY_SOCKET', 'WATCHDOG_USEC=300000', programPath]],
  )
  await pause(1000)
  const children = await readFile(`/proc/${daemon.process.pid}/task/${daemon.process.pid}/children`, 'utf8')
  expect(children).toBe('')
  expect(daemon.log.some((line) => line.includes('service manager'))).toBe(false)
})
