/** berrysync.txt on the card: what is right in it is taken, what is wrong costs its own line only, and no secret stays. */

import { assertSo } from '../assert-so.ts'
import type { Case } from '../case.ts'
import { eventually } from '../eventually.ts'

const wifiPassword = 'not to be found again'

/** Two settings are right, the others are not. */
export const presetsWithMistakes = `# Settings of the box
name = kitchen
time-zone = Europe/Nowhere
colour = green
wifi = Home
wifi-password = ${wifiPassword}
wifi-country = DE
ssh-key = this is no key
language = en
folder Podcasts = AAAA
`

export const presetsTaken: Case = {
  id: 'presets',
  title: 'a presets file with mistakes: the right lines hold, the wrong ones are told, secrets are gone',
  steps: [
    `Write this into berrysync.txt on the first partition of a fresh card:\n     ${presetsWithMistakes.trim().replaceAll('\n', '\n     ')}`,
    'Start the box. Look at its screen, then put the card into the computer again.',
  ],
  expect:
    'it is called kitchen.local; the screen names the lines with mistakes; the Wi-Fi password is not in the file any more',
  limitSeconds: 240,
  async run({ board }) {
    await eventually(
      'the name was taken over',
      async () => (await board.shell('hostname')).trim() === 'kitchen',
      120,
    )
    const file = await eventually('the file was read', async () => {
      const text = await board.shell('cat /boot/firmware/berrysync.txt')
      return !text.includes(wifiPassword) && text
    })
    const everywhere = await board.shell(
      `grep -rlF '${wifiPassword}' /run/berrysync /run/log /var/log 2>/dev/null; journalctl -b -o cat | grep -cF '${wifiPassword}' || true`,
    )
    assertSo(everywhere.trim() === '0', `the Wi-Fi password stands in: ${everywhere}`)
    const zone = await board.shell('readlink /etc/localtime || true')
    assertSo(!zone.includes('Nowhere'), `a time zone that does not exist was set: ${zone}`)
    const failed = await board.shell('systemctl --failed --no-legend --plain')
    assertSo(failed.trim() === '', `units failed: ${failed}`)
    const mounted = await board.shell('awk \'$2 == "/boot/firmware" {print $4}\' /proc/mounts')
    assertSo(/(^|,)ro(,|$)/.test(mounted), `the boot partition is mounted ${mounted}`)
    return { lines: file.split('\n').length }
  },
}
