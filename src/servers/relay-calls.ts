/**
 * Calls from one visitor of a relay to another (rule F4): each side gets a token, good once and for seconds, and the two connections that
 * bring them are spliced. Owns these connections from then on.
 */
import type { Socket } from 'node:net'
import {
  type Bucket,
  drawFrom,
  fillBucket,
  fullBucket,
  smallestRate,
  untilFilledMs,
} from '../core/token-bucket.ts'
import type { Chance, Clock, Log } from '../ports.ts'
import { type Refusal, relayFrame, tokenBytes } from '../wire/relay-protocol.ts'
import { createQuota } from './quota.ts'
import type { Visitor } from './relay-topics.ts'
import { splice } from './splice.ts'

/** Both sides have to be there within this, which is one connection each. */
export const callLimitMs = 15_000
/** Calls one visitor may make and get in a minute: all its folders at once, several times; little for a device that is rung up for nothing. */
export const callsPerMinute = 120
const minuteMs = 60_000

export interface CallLimits {
  /** Pairs of connections forwarded at once. */
  readonly pairs: number
  /** Ends of them in one network. */
  readonly endsPerNetwork: number
  /** Bytes a second of all pairs together, and of each; 0 for no limit. */
  readonly rate: number
  readonly pairRate: number
}

export interface Calls {
  /** The tokens of both sides, or why not. */
  call(caller: Visitor, callee: Visitor): { readonly tokens: readonly [string, string] } | Refusal
  /** Takes the connection of the side whose token it brought; false when nobody waits for it. */
  claim(token: string, socket: Socket): boolean
  /** Ends all calls and pairs. */
  stop(): void
}

interface Call {
  readonly tokens: readonly [string, string]
  readonly sockets: Socket[]
  readonly giveBack: () => void
  readonly limit: Disposable
}

export function createCalls({
  clock,
  chance,
  log,
  limits,
}: {
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
  readonly limits: CallLimits
}): Calls {
  const callsByToken = new Map<string, Call>()
  const spliced = new Set<Socket>()
  const ends = createQuota({ total: 2 * limits.pairs, each: limits.endsPerNetwork })
  const recent = new WeakMap<Visitor, { readonly sinceMs: number; count: number }>()
  let total = bucketOf(limits.rate)

  function bucketOf(rate: number): Bucket | undefined {
    return rate === 0 ? undefined : fullBucket(Math.max(rate, smallestRate), clock.monotonicMs())
  }

  function isTooOften(visitor: Visitor): boolean {
    const nowMs = clock.monotonicMs()
    const known = recent.get(visitor)
    const current = known && nowMs - known.sinceMs < minuteMs ? known : { sinceMs: nowMs, count: 0 }
    recent.set(visitor, current)
    current.count += 1
    return current.count > callsPerMinute
  }

  /** A place for either end, or none. */
  function takePlaces(caller: Visitor, callee: Visitor): (() => void) | undefined {
    const first = ends.take(caller.network)
    const second = first && ends.take(callee.network)
    const giveBack = () => {
      first?.[Symbol.dispose]()
      second?.[Symbol.dispose]()
    }
    if (second !== undefined) return giveBack
    giveBack()
    return undefined
  }

  function withdraw(call: Call): void {
    call.limit[Symbol.dispose]()
    for (const token of call.tokens) callsByToken.delete(token)
  }

  function abandon(call: Call): void {
    withdraw(call)
    for (const socket of call.sockets) socket.destroy()
    call.giveBack()
  }

  async function connect({ sockets: [one, other], giveBack }: Call): Promise<void> {
    let pair = bucketOf(limits.pairRate)
    function draw(bytes: number): number {
      const nowMs = clock.monotonicMs()
      total = total && drawFrom(fillBucket(total, nowMs), bytes)
      pair = pair && drawFrom(fillBucket(pair, nowMs), bytes)
      return Math.max(total ? untilFilledMs(total) : 0, pair ? untilFilledMs(pair) : 0)
    }
    const sockets = [one!, other!]
    for (const socket of sockets) {
      spliced.add(socket)
      socket.write(relayFrame({ kind: 'connected' }))
    }
    const bytes = await splice(one!, other!, { clock, draw })
    for (const socket of sockets) spliced.delete(socket)
    giveBack()
    log.debug({ bytes }, 'a pair ended')
  }

  return {
    call(caller, callee) {
      if (isTooOften(caller) || isTooOften(callee)) return 'too-often'
      const giveBack = takePlaces(caller, callee)
      if (giveBack === undefined) return 'busy'
      const tokens = [newToken(), newToken()] as const
      const limit = clock.after(callLimitMs, () => abandon(call))
      const call: Call = { tokens, giveBack, limit, sockets: [] }
      for (const token of tokens) callsByToken.set(token, call)
      return { tokens }
    },
    claim(token, socket) {
      const call = callsByToken.get(token)
      if (call === undefined) return false
      callsByToken.delete(token)
      call.sockets.push(socket)
      if (call.sockets.length === 2) {
        withdraw(call)
        void connect(call)
      } else socket.once('close', () => call.sockets.length === 1 && abandon(call))
      return true
    },
    stop() {
      for (const call of new Set(callsByToken.values())) abandon(call)
      for (const socket of spliced) socket.destroy()
    },
  }

  function newToken(): string {
    return chance.bytes(tokenBytes).toString('hex')
  }
}
