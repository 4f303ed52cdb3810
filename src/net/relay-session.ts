/**
 * One control connection to a relay while it lives (rules F2 to F4): tells it the topics, hears who else is in them, calls and is called.
 * Decides neither whom to call nor what happens when it ends. What the relay says is believed of no more than the relay itself.
 */
import type { Socket } from 'node:net'
import { isSyncError, reasonOf, SyncError } from '../core/errors.ts'
import type { DeviceId, FolderId } from '../core/ids.ts'
import { drawFrom, fillBucket, fullBucket, untilFilledMs } from '../core/token-bucket.ts'
import type { Chance, Clock } from '../ports.ts'
import {
  type Farewell,
  maxMembersTold,
  type Refusal,
  type RelayMessage,
  relayVersion,
  type ToldMember,
} from '../wire/relay-protocol.ts'
import type { HostPort } from './address.ts'
import { connectTo } from './dial.ts'
import type { Membership } from './membership.ts'
import { connectCall } from './relay-call.ts'
import { createRelayChannel } from './relay-channel.ts'
import { isTagOf, memberTag, nonceBytes, relayTopic } from './relay-topic.ts'

/** A relay that has not said hello or answered a call by then is none, or stuck. */
const relayAnswerLimitMs = 10_000
/** Calls waiting for the relay's answer, and calls being answered. More at once is no use, and the latter are the relay's to make up. */
export const maxCallsAtOnce = 32
/** Members taken note of a second, over all topics: one full list, or many short ones. Each may have to be compared with every linked device. */
const membersPerSecond = maxMembersTold

const refusalTexts: Readonly<Record<Refusal, string>> = {
  gone: 'the other device is not there any more',
  busy: 'the relay forwards as many connections as it can',
  'too-often': 'the relay allows no more calls for a minute',
}
const farewellTexts: Readonly<Record<Farewell, string>> = {
  full: 'it takes no more devices now',
  crowded: 'it takes no more devices of this network now',
}

export interface RelaySession {
  /** The folders to be found under, instead of those before. */
  setMemberships(memberships: readonly Membership[]): void
  /** Others in a folder's topic, as the relay told last; undefined where the relay takes no more topics. */
  members(folderId: FolderId): readonly ToldMember[] | undefined
  /** A connection to a member, as if it had been reached directly. Throws `unreachable` or `closing`. */
  call(id: string, signal: AbortSignal): Promise<Socket>
  /** Resolves with the reason, in words. */
  readonly closed: Promise<string>
  close(): void
}

export interface RelaySessionOptions {
  /** As people know it. */
  readonly relay: string
  readonly device: DeviceId
  readonly clock: Clock
  readonly chance: Chance
  /** Somebody was connected to this device. */
  readonly onCalled: (socket: Socket) => void
  readonly onMembers: (folderId: FolderId) => void
}

/** Folders with their topics here, and what was told of each. */
interface Joined {
  readonly membership: Membership
  members: readonly ToldMember[]
}

/** Connects to an IP address of a relay and waits for its hello. Throws `unreachable` or `closing`. */
export async function openRelaySession(
  target: HostPort,
  options: RelaySessionOptions,
  signal: AbortSignal,
): Promise<RelaySession> {
  const { relay, device, clock, chance } = options
  const socket = await connectTo(target, clock, signal)
  const hello = Promise.withResolvers<Extract<RelayMessage, { kind: 'hello' }>>()
  const closed = Promise.withResolvers<string>()
  const stop = new AbortController()
  const joinedByTopic = new Map<string, Joined>()
  const pending = new Map<number, PromiseWithResolvers<string>>()
  /** The last list of each topic that was not taken note of yet, the longest waiting first. */
  const untaken = new Map<string, readonly ToldMember[]>()
  let pace = fullBucket(membersPerSecond, clock.monotonicMs())
  let breath: Disposable | undefined
  let answering = 0
  let lastNumber = 0
  let lastWords: string | undefined
  let greeting: Extract<RelayMessage, { kind: 'hello' }> | undefined

  const unreachable = (reason: string) => new SyncError('unreachable', { address: relay, reason })

  const channel = createRelayChannel({
    ...{ socket, clock, pings: true },
    onMessage: hear,
    onClosed(reason) {
      stop.abort()
      breath?.[Symbol.dispose]()
      const words = lastWords ?? reason
      hello.reject(unreachable(words))
      for (const { reject } of pending.values()) reject(unreachable(words))
      closed.resolve(words)
    },
  })

  function hear(message: RelayMessage): void {
    switch (message.kind) {
      case 'hello':
        greeting ??= message
        hello.resolve(greeting)
        break
      case 'members':
        if (!joinedByTopic.has(message.topic)) break
        untaken.set(message.topic, message.members)
        if (breath === undefined) takeMembers()
        break
      case 'accepted':
        pending.get(message.number)?.resolve(message.token)
        break
      case 'refused':
        pending.get(message.number)?.reject(unreachable(refusalTexts[message.reason]))
        break
      case 'called':
        if (answering < maxCallsAtOnce) void answer(message.token)
        break
      case 'closed':
        lastWords = farewellTexts[message.reason]
        channel.close()
        break
      default:
        throw new Error(`the relay says ${message.kind}`)
    }
  }

  function takeMembers(): void {
    breath = undefined
    for (const [topic, told] of untaken) {
      pace = fillBucket(pace, clock.monotonicMs())
      const waitMs = untilFilledMs(pace)
      if (waitMs > 0) {
        breath = clock.after(waitMs, takeMembers)
        return
      }
      pace = drawFrom(pace, Math.max(1, told.length))
      untaken.delete(topic)
      const joined = joinedByTopic.get(topic)!
      const { membership } = joined
      // A connection of this device that the relay does not know to be dead yet is nobody to call.
      joined.members = told.filter(({ tag }) => !isTagOf(tag, membership, device))
      options.onMembers(membership.folderId)
    }
  }

  async function answer(token: string): Promise<void> {
    answering += 1
    try {
      options.onCalled(await connectCall(target, token, clock, stop.signal))
    } catch (thrown) {
      // Whoever called hears of it, and calls again.
      if (!isSyncError(thrown)) throw thrown
    } finally {
      answering -= 1
    }
  }

  async function ask(id: string, signal: AbortSignal): Promise<string> {
    if (stop.signal.aborted) throw unreachable('the connection was lost')
    if (pending.size >= maxCallsAtOnce) throw unreachable('too many calls are under way')
    lastNumber = (lastNumber + 1) >>> 0
    const number = lastNumber
    const outcome = Promise.withResolvers<string>()
    const onAbort = () => outcome.reject(new SyncError('closing'))
    pending.set(number, outcome)
    signal.addEventListener('abort', onAbort)
    using _limit = clock.after(relayAnswerLimitMs, () => outcome.reject(unreachable('it does not answer')))
    channel.send({ kind: 'call', number, id })
    try {
      return await outcome.promise
    } finally {
      signal.removeEventListener('abort', onAbort)
      pending.delete(number)
    }
  }

  const onAbort = () => hello.reject(new SyncError('closing'))
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  try {
    using _limit = clock.after(relayAnswerLimitMs, () => hello.reject(unreachable('it says nothing')))
    channel.send({ kind: 'control', version: relayVersion })
    await hello.promise
  } catch (thrown) {
    channel.close()
    throw isSyncError(thrown) ? thrown : unreachable(reasonOf(thrown))
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
  const { salt, maxTopics } = greeting!

  return {
    setMemberships(memberships) {
      const wanted = new Map(
        memberships.slice(0, maxTopics).map((membership) => [relayTopic(membership, salt), membership]),
      )
      for (const topic of joinedByTopic.keys()) {
        if (wanted.has(topic)) continue
        joinedByTopic.delete(topic)
        untaken.delete(topic)
        channel.send({ kind: 'leave', topic })
      }
      for (const [topic, membership] of wanted) {
        if (joinedByTopic.has(topic)) continue
        joinedByTopic.set(topic, { membership, members: [] })
        const tag = memberTag(membership, device, chance.bytes(nonceBytes))
        channel.send({ kind: 'join', topic, tag })
      }
    },
    members: (folderId) =>
      [...joinedByTopic.values()].find(({ membership }) => membership.folderId === folderId)?.members,
    async call(id, callSignal) {
      // Not `AbortSignal.any`, which leaves something behind at a signal that lives long.
      const over = new AbortController()
      const signals = [callSignal, stop.signal]
      const onAbort = () => over.abort()
      for (const each of signals) each.addEventListener('abort', onAbort)
      if (signals.some(({ aborted }) => aborted)) onAbort()
      try {
        return await connectCall(target, await ask(id, over.signal), clock, over.signal)
      } finally {
        for (const each of signals) each.removeEventListener('abort', onAbort)
      }
    },
    closed: closed.promise,
    close: () => channel.close(),
  }
}
