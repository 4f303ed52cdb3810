/**
 * A mesh of many members of one folder that come and go: the real rules of `net/found-peers` and `core/link-room` on simulated lines, with a tracker that tells
 * of many who are gone. Looks at it once a minute: who hangs together, how many links and dials there are, and how far a new file has come.
 */
import { SyncError } from '../core/errors.ts'
import { toId } from '../core/ids.ts'
import { connectLimitMs } from '../net/dial.ts'
import { createManualClock } from './manual-clock.ts'
import { createMeshLinks, type MeshLink } from './mesh-link.ts'
import { lookAtMesh, type MeshMinute } from './mesh-look.ts'
import { addressOf, createMeshMember, type MeshMember } from './mesh-member.ts'
import type { MeshPlan } from './mesh-plan.ts'
import { createMeshTracker } from './mesh-tracker.ts'
import { createSeededChance } from './seeded-chance.ts'

export interface MeshFile {
  readonly number: number
  readonly publishedMs: number
  /** Those that were online when it was published. */
  readonly audience: readonly MeshMember[]
}

export interface MeshOutcome {
  readonly minutes: readonly MeshMinute[]
  readonly files: readonly MeshFile[]
  /** All there ever were. */
  readonly members: readonly MeshMember[]
  readonly endMs: number
}

const folderId = toId('FolderId', Buffer.alloc(32, 'mesh'))
const minuteMs = 60_000
/** Until a mesh has found together, nothing is published. */
const calmMs = 600_000
/** What is published later than this before the end is not judged. */
const lastFileMs = 300_000

export async function runMesh(plan: MeshPlan): Promise<MeshOutcome> {
  const clock = createManualClock(0)
  const chance = createSeededChance(plan.seed)
  const tracker = createMeshTracker(clock, chance.fork(), plan.trackerIntervalMs, plan.trackerAnswer)
  const members: MeshMember[] = []
  const online: MeshMember[] = []
  const membersByAddress = new Map<string, MeshMember>()
  const files: MeshFile[] = []
  const endMs = plan.joinMs + plan.minutes * minuteMs
  const hasHost = plan.hostMaxLinks > 0

  function join(isHost: boolean): MeshMember {
    const number = members.length
    const own = chance.fork()
    const member = createMeshMember({
      ...{ clock, chance: own, number, go, hopMs: plan.hopMs },
      device: toId('DeviceId', own.bytes(32)),
      isReachable: isHost || !chance.happens(plan.unreachableShare),
      maxLinks: isHost ? plan.hostMaxLinks : plan.maxLinks,
    })
    members.push(member)
    online.push(member)
    membersByAddress.set(member.at, member)
    if (plan.foundThrough === 'tracker') announce(member, 0)
    else if (!isHost) member.keepLinkedTo(addressOf(0), plan.hostReturnMs)
    return member
  }

  /** `asked`: how often in a row for want of links. */
  function announce(member: MeshMember, asked: number): void {
    if (member.leftMs !== undefined) return
    member.counts.announced += 1
    member.offer(tracker.announce(member.at))
    const askedMs = clock.monotonicMs()
    const usualMs = plan.trackerIntervalMs * (1 + chance.fraction() / 10)
    const soonMs =
      plan.lonelyIntervalMs === 0 ? usualMs : plan.lonelyIntervalMs * (1 + chance.fraction() / 10)

    function lookAgain(): void {
      const leftMs = askedMs + usualMs - clock.monotonicMs()
      if (leftMs <= 0) announce(member, 0)
      else if (member.wantsLinks()) announce(member, asked + 1)
      else clock.after(Math.min(soonMs, leftMs), lookAgain)
    }
    clock.after(Math.min(soonMs * 2 ** asked, usualMs), lookAgain)
  }

  /** One of those there are, a host excepted. */
  function leave(): void {
    const first = hasHost ? 1 : 0
    const index = first + chance.below(online.length - first)
    const member = online[index]!
    online[index] = online.at(-1)!
    online.pop()
    member.leave(chance.happens(plan.crashShare) ? 'crash' : 'clean')
    membersByAddress.delete(member.at)
    if (chance.happens(plan.goodbyeShare)) tracker.forget(member.at)
  }

  function replace(): void {
    leave()
    join(false)
    clock.after((10 * minuteMs) / (plan.replacedShare * plan.members), replace)
  }

  /** Two round trips, then both have a link, the one who was dialled first. */
  async function go(dialler: MeshMember, at: string, signal: AbortSignal): Promise<MeshLink> {
    dialler.counts.dials += 1
    const [least, most] = plan.delayMs
    const delayMs = least + chance.fraction() * (most - least)
    const isThere = () => membersByAddress.get(at)?.isReachable === true || at === dialler.at
    await sleep(isThere() ? 4 * delayMs : connectLimitMs, signal)
    if (at === dialler.at) throw new SyncError('peer-self')
    const dialled = membersByAddress.get(at)
    if (dialled === undefined || !dialled.isReachable) {
      dialler.counts.unreachable += 1
      throw new SyncError('unreachable', { address: at, reason: 'nobody answers' })
    }
    const [here, there] = createMeshLinks({ folderId, clock, delayMs }, dialler, dialled)
    dialled.accept(there)
    await sleep(delayMs, signal).catch((error) => {
      here.close('closing')
      throw error
    })
    return here
  }

  function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = clock.after(delayMs, () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
    function onAbort(): void {
      timer[Symbol.dispose]()
      reject(new SyncError('closing'))
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    return promise
  }

  function publish(): void {
    const file = files.length
    files.push({ number: file, publishedMs: clock.monotonicMs(), audience: [...online] })
    const publisher = hasHost ? online[0]! : chance.pick(online)
    publisher.receive(file)
    if (clock.monotonicMs() + plan.publishEveryMs < endMs - lastFileMs)
      clock.after(plan.publishEveryMs, publish)
  }

  if (hasHost) join(true)
  for (let count = 0; count < plan.members; count++)
    clock.after(chance.fraction() * plan.joinMs, () => join(false))
  if (plan.replacedShare > 0) clock.after(plan.joinMs, replace)
  clock.after(plan.joinMs + calmMs, publish)
  const minutes: MeshMinute[] = []
  while (clock.monotonicMs() < endMs) {
    await clock.advance(minuteMs)
    minutes.push(lookAtMesh(online, clock.monotonicMs()))
  }
  return { minutes, files, members, endMs }
}
