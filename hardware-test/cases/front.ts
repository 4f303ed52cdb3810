/** LEDs and button: the table of patterns seen from outside, and what a press of each length leads to (A8). */
import { setTimeout as pause } from 'node:timers/promises'
import { type Blink, ledPatterns } from '../../src/appliance/led-patterns.ts'
import { assertSo } from '../assert-so.ts'
import type { Light } from '../board.ts'
import type { Case, Scene } from '../case.ts'
import { accessOf } from '../device.ts'
import { listDisks } from '../disks-seen.ts'
import { eventually } from '../eventually.ts'
import { deviceAtRest, podcastDisk } from '../podcast-store.ts'

/** Two times the longest pattern. */
const watchMs = 5000
/** Emulated time is not even: what is lit a third of it may look like a quarter. */
const litTolerance = 0.22
const looks = 6

export const lightsWithoutDisk: Case = {
  id: 'light-no-disk',
  title: 'the amber LED blinks twice and the green one is dark while there is no disk',
  steps: [
    'Wire the LEDs as the documentation shows, and set their pins in the web interface.',
    'Pull out all disks.',
  ],
  expect: 'green dark; amber: two short flashes, again and again',
  limitSeconds: 120,
  async run(scene) {
    await setPins(scene)
    return { lit: await expectPattern(scene, 'no-disk') }
  },
}

export const lightsReady: Case = {
  id: 'light-ready',
  title: 'the green LED is lit and the amber one dark when everything is up to date',
  steps: ['Plug in the disk and wait until everything is up to date.'],
  expect: 'green lit; amber dark',
  limitSeconds: 300,
  async run(scene) {
    await podcastDisk(scene)
    await setPins(scene)
    await deviceAtRest(scene, 120)
    return { lit: await expectPattern(scene, 'ready') }
  },
}

export const shortPress: Case = {
  id: 'button-short',
  title: 'A8: a short press makes the disk safe to pull, and the LED says so',
  steps: [
    'Press the button shortly.',
    'Wait for two flashes of the green LED. Pull out the disk and put it back.',
  ],
  expect: 'green: two short flashes; the disk is listed as ejected, and as attached when it is back',
  limitSeconds: 240,
  async run(scene) {
    const { disk } = await podcastDisk(scene)
    await setPins(scene)
    const startedMs = performance.now()
    await scene.board.holdButton(600)
    await eventually('the disk is ejected', async () => (await stateOf(scene, disk.id)) === 'ejected', 60)
    const ejectedSeconds = (performance.now() - startedMs) / 1000
    await expectPattern(scene, 'ejected')
    await scene.board.pull(disk)
    await eventually('the disk is gone', async () => (await stateOf(scene, disk.id)) === undefined, 60)
    await scene.board.plug(disk)
    await eventually(
      'the disk is attached again',
      async () => (await stateOf(scene, disk.id)) === 'attached',
      90,
    )
    return { ejectedSeconds }
  },
}

export const longPress: Case = {
  id: 'button-password',
  title: 'A8: held for 3 to 10 seconds it lets a new password be chosen; a button that sticks does nothing',
  steps: [
    'Hold the button for 5 seconds, let go, and load the page in another browser.',
    'Hold it for 25 seconds.',
  ],
  expect:
    'while it is held both LEDs take turns; the page offers to choose a new password; after 25 seconds nothing happens',
  limitSeconds: 240,
  async run(scene) {
    const { board, device } = scene
    await setPins(scene)
    const stuck = board.holdButton(25_000)
    await pause(22_000)
    if (board.kind === 'qemu') await watchFor(scene, 'button-nothing', 2000)
    await stuck
    await pause(2000)
    assertSo((await accessOf(device.url)) === 'locked', 'a stuck button did something')
    await device.get('/api/status')
    const opensSeconds = await holdForPassword(scene)
    await expectPattern(scene, 'password-open')
    await device.setUp()
    return { opensSeconds }
  },
}

/** As a person does it: again, when the device could not look for half a second, and the press means nothing. Returns what the window took to open. */
async function holdForPassword(scene: Scene, times = looks): Promise<number> {
  const { board, device } = scene
  for (let time = 1; ; time += 1) {
    // In the middle between what is too short and what would be too long, since time under emulation is not even.
    const held = board.holdButton(8000)
    try {
      if (board.kind === 'qemu') {
        await pause(4800)
        await watchFor(scene, 'button-password', 2000)
      }
      await held
      const startedMs = performance.now()
      const isOpen = async () => (await accessOf(device.url)) === 'set-up'
      await eventually('a new password can be chosen', isOpen, 15)
      return (performance.now() - startedMs) / 1000
    } catch (error) {
      await held
      if (time === times) throw error
    }
  }
}

export async function setPins({ board, device, kept }: Scene): Promise<void> {
  if (kept.has('pins')) return
  await device.send('PATCH', '/api/settings', { values: board.pins })
  kept.set('pins', true)
  await pause(2000)
}

async function stateOf(scene: Scene, serial: string): Promise<string | undefined> {
  return (await listDisks(scene)).find((disk) => disk.serial === serial)?.state
}

/** Looks several times, because what is shown follows what happens. Returns how much of the time the green LED was lit. */
async function expectPattern(scene: Scene, id: string, times = looks): Promise<number> {
  for (let look = 1; ; look += 1) {
    try {
      return await watchFor(scene, id, watchMs)
    } catch (error) {
      if (look === times) throw error
    }
  }
}

async function watchFor({ board }: Scene, id: string, milliseconds: number): Promise<number> {
  const pattern = ledPatterns.find((each) => each.id === id)!
  const seen = await board.watchLights(milliseconds)
  for (const [which, light, blink] of [
    ['green', seen.status, pattern.status],
    ['amber', seen.attention, pattern.attention],
  ] as const)
    assertSo(
      isLike(light, blink),
      `${id}: the ${which} LED was lit ${Math.round(light.lit * 100)} % of the time and changed ${light.changesPerSecond.toFixed(1)} times a second`,
    )
  return seen.status.lit
}

function isLike({ lit, changesPerSecond }: Light, blink: Blink): boolean {
  if (blink === 'on' || blink === 'off') return Math.abs(lit - (blink === 'on' ? 1 : 0)) < 0.02
  const total = blink.reduce((sum, each) => sum + each, 0)
  const share = blink.filter((_, at) => at % 2 === 0).reduce((sum, each) => sum + each, 0) / total
  const changes = (blink.filter((each) => each > 0).length * 1000) / total
  return (
    Math.abs(lit - share) < litTolerance &&
    changesPerSecond > changes / 3 &&
    changesPerSecond < changes * 2 + 0.5
  )
}
