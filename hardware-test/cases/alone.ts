/** No network, and a clock that says 1970: the box starts all the same, and time does not go back to before it was last used. */

import { assertNone, assertSo } from '../assert-so.ts'
import type { Case } from '../case.ts'
import { eventually } from '../eventually.ts'

const upSeconds = 240
const askItself = `/usr/lib/berrysync/node -e "fetch('http://127.0.0.1/api/access').then((answer) => console.log(String(answer.status)))"`
/** When this was written: no start of any image is earlier. */
const epochFloor = Date.UTC(2026, 0, 1) / 1000

export const startsAlone: Case = {
  id: 'alone',
  title: 'A6: without network and without disk it starts, and its web interface answers itself',
  steps: ['Start it without network cable and without disk, with a screen.'],
  expect:
    'the screen shows its name and that there is no network; plugging the cable in makes the page reachable within a minute',
  limitSeconds: 400,
  async run({ board, startedMs }) {
    await eventually(
      'the service is ready',
      async () => (await board.shell('systemctl is-active berrysync.service || true')).trim() === 'active',
      upSeconds,
    )
    const status = await board.shell(askItself, 60)
    assertSo(status.trim() === '200', `it answers itself with ${status}`)
    const seconds = (performance.now() - startedMs) / 1000
    await eventually(
      'the system has started',
      async () => /running|degraded/.test(await board.shell('systemctl is-system-running || true')),
      180,
    )
    const failed = await board.shell('systemctl --failed --no-legend --plain')
    assertNone(
      failed.split('\n').filter((line) => line.trim() !== ''),
      'units failed',
    )
    return { seconds }
  },
}

export const pastClock: Case = {
  id: 'clock',
  title: 'a clock that starts in 1970 is set to when the box was last on',
  steps: [
    'A Pi has no clock of its own: after any start without network, look at the time in the web interface.',
  ],
  expect: 'not before the time at which it was switched off',
  limitSeconds: 60,
  async run({ board }) {
    const seconds = Number(await board.shell('date +%s'))
    const built = Number(await board.shell('stat -c %Y /usr/lib/berrysync/berrysync.mjs'))
    assertSo(
      seconds > Math.max(built, epochFloor),
      `its clock says ${new Date(seconds * 1000).toISOString()}`,
    )
    return { daysFromNow: (Date.now() / 1000 - seconds) / 86_400 }
  },
}
