/**
 * Tells a tracker of this device and hears of peers, over IPv4 and over IPv6 if it has both: a tracker knows of a device only the address it
 * was asked from. Owns the time a tracker has to answer, and which of the addresses it tells are passed on.
 */
import { isSyncError, type SyncError } from '../core/errors.ts'
import { reasonWords } from '../core/network-fault.ts'
import type { Chance, Clock } from '../ports.ts'
import { familyOf } from '../wire/compact-peers.ts'
import type { Announce } from '../wire/udp-tracker.ts'
import { type HostPort, scopeOf } from './address.ts'
import { announceOverHttp } from './http-announce.ts'
import { networkReason } from './network-reason.ts'
import { addressesOf, type Resolve } from './resolve.ts'
import { type isPlausible, type TrackerAnswer, trackerFailed } from './tracker-answer.ts'
import type { TrackerUrl } from './tracker-url.ts'
import { announceOverUdp } from './udp-announce.ts'

/** For everything from looking up the name to the last byte. Trackers of thousands of users are slow at times. */
export const answerLimitMs = 15_000

export interface AnnounceContext {
  readonly clock: Clock
  readonly chance: Chance
  readonly resolve: Resolve
  readonly isPlausible: typeof isPlausible
  readonly signal: AbortSignal
  /** Called for each address family as its answer comes. */
  readonly onAddresses: (addresses: readonly HostPort[]) => void
}

export interface Announced {
  /** Seconds, as the tracker said it. */
  readonly interval: number | undefined
  /** Addresses that were passed on. */
  readonly found: number
}

/** Throws `tracker-failed` when the tracker gave no answer over either family. */
export async function announceTo(
  tracker: TrackerUrl,
  announce: Announce,
  context: AnnounceContext,
): Promise<Announced> {
  // Not `AbortSignal.any`, which leaves something behind at a signal that lives long.
  const stop = new AbortController()
  const { signal } = stop
  const stopped = Promise.withResolvers<never>()
  // Looked at only while something is awaited.
  stopped.promise.catch(() => undefined)
  signal.addEventListener('abort', () => stopped.reject(signal.reason))
  const onAbort = () => stop.abort(context.signal.reason)
  context.signal.addEventListener('abort', onAbort)
  if (context.signal.aborted) onAbort()
  using _limit = context.clock.after(answerLimitMs, () =>
    stop.abort(
      trackerFailed({ reason: `no answer within ${answerLimitMs / 1000} seconds`, why: 'no-answer' }),
    ),
  )

  async function askAt(address: string): Promise<Announced> {
    // Raced, so that the limit holds whatever a tracker makes of the question.
    const { interval, addresses } = await Promise.race([
      announceAt(tracker, address, announce, { ...context, signal }),
      stopped.promise,
    ])
    signal.throwIfAborted()
    const plausible = addresses.filter((told) => context.isPlausible(told, address))
    if (plausible.length > 0) context.onAddresses(plausible)
    return { interval, found: plausible.length }
  }

  try {
    const asked = await Promise.allSettled(
      (await addressesOfTracker(tracker, { ...context, signal })).map(askAt),
    )
    const answers = asked.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    if (answers.length === 0) throw (asked[0] as PromiseRejectedResult).reason
    const intervals = answers.flatMap(({ interval }) => interval ?? [])
    return {
      interval: intervals.length > 0 ? Math.max(...intervals) : undefined,
      found: answers.reduce((sum, { found }) => sum + found, 0),
    }
  } catch (thrown) {
    throw failureOf(signal.aborted ? signal.reason : thrown)
  } finally {
    context.signal.removeEventListener('abort', onAbort)
  }
}

/** One address of each family the tracker has, IPv4 first. */
async function addressesOfTracker(
  { host }: TrackerUrl,
  { resolve, clock, signal }: Pick<AnnounceContext, 'resolve' | 'clock' | 'signal'>,
): Promise<string[]> {
  const real = (await addressesOf(host, resolve, clock, signal)).filter(
    (address) => scopeOf(address) !== 'none',
  )
  const found = ([4, 6] as const).flatMap(
    (family) => real.find((address) => familyOf(address) === family) ?? [],
  )
  if (found.length === 0) throw trackerFailed({ reason: reasonWords['no-address'], why: 'no-address' })
  return found
}

function announceAt(
  tracker: TrackerUrl,
  address: string,
  announce: Announce,
  context: { clock: Clock; chance: Chance; signal: AbortSignal },
): Promise<TrackerAnswer> {
  return tracker.protocol === 'udp'
    ? announceOverUdp({ host: address, port: tracker.port }, announce, context)
    : announceOverHttp(tracker, address, announce, context.signal)
}

function failureOf(thrown: unknown): SyncError {
  return isSyncError(thrown) ? thrown : trackerFailed(networkReason(thrown), thrown)
}
