/** That the system starts in time, with everything it is made of, and shows itself to the browser of its first owner. */
import { connect } from 'node:net'
import { openBrowser } from '../../src/testing/browser.ts'
import { readUiTexts } from '../../src/testing/ui-texts.ts'
import { assertNone, assertSo } from '../assert-so.ts'
import type { Case } from '../case.ts'
import { accessOf, password } from '../device.ts'
import { eventually } from '../eventually.ts'
import { expectedInLan } from './pages.ts'

/** Beyond the web interface; what waits for time or network may take longer. */
const calmSeconds = 180
/** What may listen, by protocol and port: web interface, peers, local search, mDNS and SSDP, DHCP. */
const known = new Set(['tcp 80', 'tcp 4444', 'udp 5353', 'udp 1900', 'udp 68', 'udp 546', 'udp 4445'])

/** From power to the web interface in at most so many times what a bare system takes to its login prompt. */
const maxTimesBare = 2.5

export const startsBare: Case = {
  id: 'start-bare',
  title: 'from power to the login prompt of the same system without Berrysync',
  steps: [
    'Start a card with Debian alone on the same board, and stop the time from power to the login prompt.',
  ],
  expect: 'a login prompt',
  limitSeconds: 30,
  async run({ startSeconds }) {
    return { bareSeconds: startSeconds.bare! }
  },
}

export const startsInTime: Case = {
  id: 'start',
  title: `from power to the web interface, in at most ${maxTimesBare} times what the same system without Berrysync takes to its login prompt`,
  steps: [
    'Flash the image, put the card in, plug in network and power, and start a stopwatch.',
    'Open http://pi.local and load it again until it answers.',
  ],
  expect: 'the page that asks for a new password, within 40 seconds (Pi 4) or 75 (Pi 3, Zero 2 W)',
  limitSeconds: 60,
  async run({ board, startSeconds: { fresh, bare } }) {
    // The page answers a moment before systemd hears of it. The time is that of the kernel's own clock.
    const ready = await eventually('the service is active', async () =>
      Number(await board.shell('systemctl show berrysync.service -p ActiveEnterTimestampMonotonic --value')),
    )
    const figures = { uiSeconds: fresh!, serviceSeconds: ready / 1e6 }
    // There is none on a board that starts only what is on its card.
    if (bare === undefined) return figures
    assertSo(fresh! <= bare * maxTimesBare, `${fresh!.toFixed(1)} s, and ${bare.toFixed(1)} s without`)
    return { ...figures, timesBare: fresh! / bare }
  },
}

export const allUnits: Case = {
  id: 'units',
  title: 'no unit failed, and none of them wait for each other in a circle',
  steps: [
    'Log in by SSH as root (with your public key as ssh-key in berrysync.txt on the card).',
    'Type: systemctl is-system-running; systemctl --failed; journalctl -b | grep -i "ordering cycle"',
  ],
  expect: '"running", "0 loaded units listed", and nothing',
  limitSeconds: calmSeconds + 60,
  async run({ board }) {
    const state = await eventually(
      'the system has started',
      async () => {
        const text = await board.shell('systemctl is-system-running || true')
        return ['running', 'degraded', 'maintenance'].includes(text.trim()) && text.trim()
      },
      calmSeconds,
    )
    const failed = await board.shell('systemctl --failed --no-legend --plain')
    assertNone(
      failed.split('\n').filter((line) => line.trim() !== ''),
      'units failed',
    )
    const cycles = await board.shell('journalctl -b -o cat | grep -i "ordering cycle" || true')
    assertNone(
      cycles.split('\n').filter((line) => line !== ''),
      'units wait for each other',
    )
    assertSo(state === 'running', `the system is ${state}`)
    const blame = await board.shell('systemd-analyze time || true')
    const seconds = [...blame.matchAll(/([\d.]+)s \((kernel|userspace)\)/g)]
    return Object.fromEntries(seconds.map(([, value, part]) => [`${part}Seconds`, Number(value)]))
  },
}

export const isClosed: Case = {
  id: 'closed',
  title: 'nothing listens but what has to, and nobody can log in',
  steps: ['From a computer: nmap -p- pi.local (or: ssh pi.local)'],
  expect: 'ports 80 and 4444 open, no others; SSH refused, but where a card switched it on',
  limitSeconds: 60,
  async run({ board }) {
    const isAskedOverSsh = board.kind === 'board'
    const lines = (await board.shell('ss -Hlntu')).split('\n').map((line) => line.trim().split(/\s+/))
    const open = lines
      .filter(([, , , , local = '']) => !/^(127\.|\[::1\]|127\.0\.0\.\d+%lo)/.test(local))
      .map(([protocol, , , , local = '']) => `${protocol} ${local.replace(/^.*:/, '')}`)
    // Peers find each other and call out from ports that the kernel chooses.
    const strange = open.filter(
      (each) =>
        !(known.has(each) || (isAskedOverSsh && each === 'tcp 22')) &&
        !(each.startsWith('udp') && Number(each.slice(4)) >= 32768),
    )
    assertNone([...new Set(strange)], 'something else listens')
    assertSo(isAskedOverSsh || !(await answers(board.address, 22)), 'SSH answers')
    const shells = await board.shell("awk -F: '$2 !~ /^[!*]/ {print $1}' /etc/shadow")
    assertNone(
      shells.split('\n').filter((line) => line !== ''),
      'accounts with a password, or with none',
    )
    return { open: new Set(open).size }
  },
}

export const firstSetUp: Case = {
  id: 'set-up',
  title: 'A11: whoever opens the page first chooses the password',
  steps: ['Open http://pi.local in a browser, choose a password and a name.', 'Open it in another browser.'],
  expect: 'the first steps in the first browser; the other one asks for the password',
  limitSeconds: 240,
  async run({ device }) {
    const say = readUiTexts('en')
    await using browser = await openBrowser()
    await using person = await browser.open(device.url, { width: 1280, language: 'en' })
    const { page } = person
    page.setDefaultTimeout(90_000)
    const startedMs = performance.now()
    await page.goto('/')
    await page.getByRole('heading', { name: say('welcome-title') }).waitFor()
    const pageSeconds = (performance.now() - startedMs) / 1000
    await page.getByLabel(say('password'), { exact: true }).fill(password)
    await page.getByLabel(say('password-again')).fill(password)
    await page.getByRole('button', { name: say('set-up-action') }).click()
    await eventually(
      'somebody is logged in',
      async () => (await page.request.get('/api/access')).json().then(({ state }) => state === 'open'),
      90,
    )
    assertNone(
      person.faults.filter((fault) => !expectedInLan.test(fault)),
      'in the browser',
    )
    await device.logIn()
    const state = await accessOf(device.url)
    assertSo(state === 'locked', `another browser finds "${state}"`)
    return { pageSeconds }
  },
}

function answers(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ host, port, timeout: 5000 })
  socket.on('connect', () => resolve(true))
  socket.on('error', () => resolve(false))
  socket.on('timeout', () => resolve(false))
  return promise.finally(() => socket.destroy())
}
