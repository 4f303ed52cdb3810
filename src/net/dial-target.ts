/**
 * One predefined host of one folder: when it is tried, how long it is left alone, what came of it last. Each try looks the name up
 * anew and races its addresses. Does not open sockets itself, and knows other links only as "is this peer linked".
 */
import { type ErrorCode, type ErrorData, isSyncError, SyncError } from '../core/errors.ts'
import type { DeviceId } from '../core/ids.ts'
import { NetworkFault } from '../core/network-fault.ts'
import type { Link } from '../ports.ts'
import { formatHostPort, type HostPort, parseHostPort } from './address.ts'
import { dialAddress, type LinkContext } from './dial.ts'
import type { Membership } from './membership.ts'
import { networkReason } from './network-reason.ts'
import { interleave, race } from './race.ts'
import { addressesOf, type Resolve } from './resolve.ts'
import { type RetryLimits, retryDelayMs } from './retry-delay.ts'

/** A peer that comes back is found within a minute. */
export const lastRetryMs = 60_000
/** Of who has an address of its own and is mostly there. */
export const retryLimits: RetryLimits = { firstMs: 1_000, lastMs: lastRetryMs }
const slowLimits: RetryLimits = { firstMs: lastRetryMs, lastMs: lastRetryMs }
/** Many take turns at a peer that is full: who was there lacks nothing of it for a while. */
export const returnLimits: RetryLimits = { firstMs: 600_000, lastMs: 600_000 }
/** A link that lived this long was a good one: when it is lost, the host is tried again at once. */
export const steadyAfterMs = 30_000

/**
 * A peer that says duplicate has a link we do not see the end of yet; one that is full, or too old or new, stays so for a while. A way on which a
 * link stalled may swallow what is large: meanwhile a relay gets its turn.
 */
const slowCodes: ReadonlySet<ErrorCode> = new Set([
  'peer-duplicate',
  'peer-full',
  'peer-incompatible',
  'peer-stalled',
])

/** Why there is no link. */
export interface DialFailure {
  readonly code: ErrorCode
  readonly message: string
  /** What fills the sentence. */
  readonly data: ErrorData
}

export function failureOf({ code, message, data }: SyncError): DialFailure {
  return { code, message, data }
}

export interface DialResult {
  /** As it was given. */
  readonly host: string
  readonly state: 'connected' | 'trying' | 'waiting' | 'given-up'
  /** How the last try or link ended; undefined while the first is under way or alive. */
  readonly lastResult: DialFailure | undefined
  /** The addresses of the host that the last try went through in vain, in that order. */
  readonly tried: readonly (DialFailure & { readonly address: string })[]
  /** When `state` or `lastResult` last changed, wall clock. */
  readonly at: number
  /** While it waits: how long until the next try. */
  readonly nextInMs: number | undefined
}

export interface TargetOptions extends LinkContext {
  readonly resolve: Resolve
  readonly onLink: (link: Link) => void
  /** Whether any link of this folder to this device is alive, whoever made it. */
  readonly isLinked: (peer: DeviceId) => boolean
  /** `result` may be another. */
  readonly onResult?: () => void
}

export interface DialTarget extends AsyncDisposable {
  readonly host: string
  result(): DialResult
  /** A link to this device, whoever made it, has ended. */
  peerGone(peer: DeviceId): void
  /** The list of targets has changed: what was given up is tried again. */
  reconsider(): void
}

export function createDialTarget(membership: Membership, host: string, options: TargetOptions): DialTarget {
  const { clock, chance, log } = options
  const stop = new AbortController()
  /** `linked`: by a link made here. `held`: the peer is linked in another way. `given-up`: only other targets can help. */
  let state: 'trying' | 'linked' | 'held' | 'waiting' | 'given-up' = 'waiting'
  let lastResult: DialFailure | undefined
  let tried: DialResult['tried'] = []
  let atMs = clock.now()
  let nextMs = clock.monotonicMs()
  /** Who answered at this host last. */
  let peer: DeviceId | undefined
  let failures = 0
  let timer: Disposable | undefined
  let running: Promise<void> = Promise.resolve()

  function become(next: typeof state, error?: SyncError): void {
    state = next
    atMs = clock.now()
    if (error !== undefined) lastResult = failureOf(error)
    options.onResult?.()
  }

  function plan(delayMs: number): void {
    timer?.[Symbol.dispose]()
    nextMs = clock.monotonicMs() + delayMs
    timer = clock.after(delayMs, () => {
      running = attempt()
    })
  }

  async function attempt(): Promise<void> {
    if (stop.signal.aborted) return
    if (peer !== undefined && options.isLinked(peer)) {
      become('held')
      return
    }
    become('trying')
    let link: Link
    try {
      link = await dialHost()
    } catch (thrown) {
      failed(isSyncError(thrown) ? thrown : unreachable(thrown))
      return
    }
    linked(link)
  }

  function unreachable(thrown: unknown): SyncError {
    return new SyncError('unreachable', { address: host, ...networkReason(thrown) }, { cause: thrown })
  }

  async function dialHost(): Promise<Link> {
    const { host: name, port } = parseHostPort(host)
    const addresses = interleave(await addressesOf(name, options.resolve, clock, stop.signal))
    if (addresses.length === 0) throw new NetworkFault('no-address')
    tried = []
    return race(addresses, (address, signal) => tryAddress({ host: address, port }, signal), {
      clock,
      signal: stop.signal,
      discard: (late) => late.close('peer-duplicate'),
      isFinal: (error) => isSyncError(error, 'peer-self') || isSyncError(error, 'closing'),
    })
  }

  async function tryAddress(target: HostPort, signal: AbortSignal): Promise<Link> {
    try {
      return await dialAddress(options, membership, target, signal)
    } catch (thrown) {
      const failure = failureOf(isSyncError(thrown) ? thrown : unreachable(thrown))
      if (failure.code !== 'closing') tried = [...tried, { address: formatHostPort(target), ...failure }]
      throw thrown
    }
  }

  function linked(link: Link): void {
    if (stop.signal.aborted) {
      link.close('folder-closed')
      return
    }
    const sinceMs = clock.monotonicMs()
    peer = link.peer
    tried = []
    become('linked')
    log.info({ folderId: membership.folderId, peer, host }, 'reached a predefined host')
    options.onLink(link)
    // After `onLink`, so that the link is off the list of live ones before its end is looked at here.
    void link.closed.then((error) => lost(error, clock.monotonicMs() - sinceMs))
  }

  function lost(error: SyncError, livedMs: number): void {
    if (stop.signal.aborted) return
    if (options.isLinked(peer!)) {
      become('held', error)
      return
    }
    become('waiting', error)
    failures = livedMs >= steadyAfterMs ? 0 : failures + 1
    if (error.code === 'peer-full' && failures === 0) plan(retryDelayMs(1, returnLimits, chance))
    else if (slowCodes.has(error.code)) plan(retryDelayMs(1, slowLimits, chance))
    else plan(failures === 0 ? 0 : retryDelayMs(failures, retryLimits, chance))
  }

  function failed(error: SyncError): void {
    if (stop.signal.aborted) return
    const first = lastResult?.code !== error.code
    log[first ? 'info' : 'debug'](
      { folderId: membership.folderId, host, reason: error.message },
      'a predefined host was not reached',
    )
    if (error.code === 'peer-self' || error.code === 'host-invalid') {
      become('given-up', error)
      return
    }
    become('waiting', error)
    failures += 1
    plan(retryDelayMs(failures, retryLimits, chance))
  }

  plan(0)

  return {
    host,
    result: () => ({
      host,
      state: state === 'linked' || state === 'held' ? 'connected' : state,
      lastResult,
      tried,
      at: atMs,
      nextInMs: state === 'waiting' ? Math.max(0, nextMs - clock.monotonicMs()) : undefined,
    }),
    peerGone(gone) {
      if (state !== 'held' || gone !== peer) return
      become('waiting')
      failures = 1
      plan(retryDelayMs(failures, retryLimits, chance))
    },
    reconsider() {
      if (state === 'given-up') plan(0)
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      timer?.[Symbol.dispose]()
      await running
    },
  }
}
