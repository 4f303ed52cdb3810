/**
 * What comes upon a member of a chaos while its person works: its daemon is killed or stands still, its disk vanishes, is cut off from its
 * power or exchanged for an older copy of itself, or several of these at once. When a trouble is over, daemon and disk are there again.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { ChaosDisk } from './chaos-disk.ts'
import type { Chance, Person } from './chaos-person.ts'
import type { Member } from './mesh.ts'

export interface Victim {
  readonly member: Member
  readonly person: Person
  readonly disk: ChaosDisk
}

/** How often which came. */
export interface Troubles {
  kills: number
  stops: number
  vanished: number
  cuts: number
  older: number
}

/** All are well so long at least, and at most so much longer. */
const minLifeMs = 2_000
const maxLifeMs = 20_000
const maxDownMs = 3_000
const maxStopMs = 8_000
/** Longer than it takes a daemon to see that its disk is away. */
const maxAwayMs = 9_000
const exchangeShare = 0.15

/** Returns when the next trouble would begin after that time. */
export async function haunt(victim: Victim, chance: Chance, endMs: number, count: Troubles): Promise<void> {
  const { member, person, disk } = victim
  const some = (maxMs: number) => pause(chance() * maxMs)
  const isChosen = () => chance() < 0.5

  async function kill(): Promise<void> {
    count.kills++
    await member.end('SIGKILL')
  }

  async function stop(): Promise<void> {
    count.stops++
    member.daemon.process.kill('SIGSTOP')
  }

  const goOn = async () => void member.daemon.process.kill('SIGCONT')

  async function vanish(): Promise<void> {
    count.vanished++
    person.note('loses sight of the disk')
    await disk.vanish(isChosen())
  }

  /** The programs of a person make nothing durable, so what they wrote last may be lost with the power. */
  async function cut(): Promise<void> {
    if (disk.cut === undefined) return vanish()
    count.cuts++
    const hollow = isChosen()
    if (disk.kind === 'exfat') {
      // It has no journal: a person who just wrote to it might find anything.
      await person.rest(async () => {
        await disk.sync()
        await disk.cut!(hollow)
      })
    } else {
      await disk.cut(hollow)
      person.losePower()
    }
    person.note('loses the power of the disk')
  }

  /** All that was written since the copy was made is lost with it. */
  async function exchange(): Promise<void> {
    if (disk.cutToCopy === undefined) return vanish()
    count.older++
    await disk.cutToCopy(isChosen())
    person.losePower()
    person.note('has an older copy of the disk')
  }

  async function comeBack(): Promise<void> {
    await disk.comeBack()
    person.note('has the disk again')
  }

  /** Both end in any order. */
  async function inAnyOrder(one: () => Promise<void>, other: () => Promise<void>): Promise<void> {
    const [first, second] = isChosen() ? [one, other] : [other, one]
    await first()
    await some(maxAwayMs)
    await second()
  }

  const restart = () => member.restart()
  const exchanges: readonly (readonly [number, () => Promise<void>])[] = [
    [
      1,
      () =>
        exchange()
          .then(() => some(maxAwayMs))
          .then(comeBack),
    ],
    [1, () => inAnyOrder(kill, exchange).then(() => inAnyOrder(restart, comeBack))],
  ]
  const troubles: readonly (readonly [number, () => Promise<void>])[] = [
    [
      4,
      () =>
        kill()
          .then(() => some(maxDownMs))
          .then(restart),
    ],
    [
      2,
      () =>
        stop()
          .then(() => some(maxStopMs))
          .then(goOn),
    ],
    [
      2,
      () =>
        vanish()
          .then(() => some(maxAwayMs))
          .then(comeBack),
    ],
    [
      2,
      () =>
        cut()
          .then(() => some(maxAwayMs))
          .then(comeBack),
    ],
    [
      1,
      () =>
        kill()
          .then(vanish)
          .then(() => inAnyOrder(restart, comeBack)),
    ],
    [
      1,
      () =>
        stop()
          .then(vanish)
          .then(() => inAnyOrder(goOn, comeBack)),
    ],
    [
      1,
      () =>
        stop()
          .then(cut)
          .then(() => inAnyOrder(goOn, comeBack)),
    ],
    // The machine loses its power.
    [2, () => inAnyOrder(kill, cut).then(() => inAnyOrder(restart, comeBack))],
  ]

  for (;;) {
    const isExchange = disk.keepCopy !== undefined && chance() < exchangeShare
    await person.makeSure(isExchange ? disk.keepCopy : disk.sync)
    const lifeMs = minLifeMs + chance() * maxLifeMs
    if (performance.now() + lifeMs > endMs) return
    await pause(lifeMs)
    await pick(isExchange ? exchanges : troubles, chance)()
  }
}

function pick<T>(weighted: readonly (readonly [number, T])[], chance: Chance): T {
  let left = chance() * weighted.reduce((sum, [weight]) => sum + weight, 0)
  for (const [weight, each] of weighted) {
    left -= weight
    if (left < 0) return each
  }
  throw new Error('assertion: nothing to pick from')
}
