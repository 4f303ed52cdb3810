/**
 * One configured relay: keeps a control connection to it while there are topics, tries again when it is lost, and remembers what came of
 * it. Each try looks the name up anew and goes through its addresses. No topics, no connection.
 */
import type { Socket } from 'node:net'
import { SyncError } from '../core/errors.ts'
import type { DeviceId, FolderId } from '../core/ids.ts'
import { NetworkFault, type Reason } from '../core/network-fault.ts'
import type { Chance, Clock, Log } from '../ports.ts'
import { type HostPort, parseHostPort } from './address.ts'
import { retryLimits, steadyAfterMs } from './dial-target.ts'
import type { Membership } from './membership.ts'
import { networkReason } from './network-reason.ts'
import { openRelaySession, type RelaySession } from './relay-session.ts'
import { addressesOf, type Resolve } from './resolve.ts'
import { retryDelayMs } from './retry-delay.ts'
import { type SearchResult, told } from './search.ts'

/** Another device of a folder that can be called over a relay, while it is there. */
export interface RelayMember {
  readonly folderId: FolderId
  /** The address of the relay, as it was given. */
  readonly relay: string
  /** What the relay knows it by. */
  readonly id: string
  /** What holders of the folder recognise it by. */
  readonly tag: string
}

export interface RelayTargetOptions {
  readonly device: DeviceId
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
  readonly resolve: Resolve
  readonly onCalled: (socket: Socket, relay: string) => void
  readonly onMembers: (folderId: FolderId) => void
}

export interface RelayTarget extends AsyncDisposable {
  readonly relay: string
  setMemberships(memberships: readonly Membership[]): void
  members(folderId: FolderId): readonly RelayMember[]
  /** Whether this device can be called there. */
  isConnected(): boolean
  call(id: string, signal: AbortSignal): Promise<Socket>
  /** Undefined for a folder that it was not given. */
  result(folderId: FolderId): SearchResult | undefined
}

export function createRelayTarget(relay: string, options: RelayTargetOptions): RelayTarget {
  const { clock, chance, log } = options
  let memberships: readonly Membership[] = []
  let session: RelaySession | undefined
  /** Ends the connection, the try or the wait; there is one while there are topics. */
  let stop: AbortController | undefined
  let running: Promise<void> = Promise.resolve()
  let failure: (Reason & { readonly nextMs: number }) | undefined
  let atMs = clock.now()

  async function run(signal: AbortSignal): Promise<void> {
    let failures = 0
    while (!signal.aborted) {
      const sinceMs = clock.monotonicMs()
      const reason = await stay(signal).catch(networkReason)
      if (signal.aborted) return
      failures = clock.monotonicMs() - sinceMs >= steadyAfterMs ? 1 : failures + 1
      const waitMs = retryDelayMs(failures, retryLimits, chance)
      const isNews = failure?.reason !== reason.reason
      failure = { ...reason, nextMs: clock.monotonicMs() + waitMs }
      atMs = clock.now()
      log[isNews ? 'info' : 'debug']({ relay, reason: reason.reason }, 'no connection to a relay')
      await pause(waitMs, signal)
    }
  }

  /** Connects and stays until the connection ends; returns why. */
  async function stay(signal: AbortSignal): Promise<Reason> {
    session = await connectToAny(signal)
    const close = () => session?.close()
    signal.addEventListener('abort', close)
    if (signal.aborted) close()
    failure = undefined
    atMs = clock.now()
    log.info({ relay }, 'connected to a relay')
    session.setMemberships(memberships)
    const reason = { reason: await session.closed }
    signal.removeEventListener('abort', close)
    session = undefined
    for (const { folderId } of memberships) options.onMembers(folderId)
    return reason
  }

  async function connectToAny(signal: AbortSignal): Promise<RelaySession> {
    let error: unknown = new NetworkFault('no-address')
    const { host, port } = parseHostPort(relay)
    for (const address of await addressesOf(host, options.resolve, clock, signal)) {
      const target: HostPort = { host: address, port }
      try {
        return await openRelaySession(
          target,
          { ...options, relay, onCalled: (socket) => options.onCalled(socket, relay) },
          signal,
        )
      } catch (thrown) {
        error = thrown
        if (signal.aborted) break
      }
    }
    throw error
  }

  async function pause(waitMs: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    using _timer = clock.after(waitMs, resolve)
    const onAbort = () => resolve()
    signal.addEventListener('abort', onAbort)
    await promise
    signal.removeEventListener('abort', onAbort)
  }

  function start(): void {
    const controller = new AbortController()
    stop = controller
    running = running.then(() => run(controller.signal))
  }

  return {
    relay,
    setMemberships(wanted) {
      memberships = wanted
      if (wanted.length === 0) {
        stop?.abort()
        stop = undefined
        failure = undefined
      } else if (stop === undefined) start()
      else session?.setMemberships(wanted)
    },
    isConnected: () => session !== undefined,
    members: (folderId) =>
      (session?.members(folderId) ?? []).map((member) => ({ ...member, folderId, relay })),
    async call(id, signal) {
      if (session === undefined)
        throw new SyncError('unreachable', { address: relay, reason: 'there is no connection to it' })
      return session.call(id, signal)
    },
    result(folderId) {
      if (!memberships.some((membership) => membership.folderId === folderId)) return undefined
      const members = session?.members(folderId)
      const found = members?.length ?? 0
      const about = { at: relay, found, atMs }
      if (session !== undefined)
        return members === undefined
          ? { ...about, state: 'failed', ...told('relay-full') }
          : { ...about, state: 'working', message: `connected; others of this folder there: ${found}` }
      if (failure === undefined) return { ...about, state: 'waiting', ...told('connecting') }
      const { reason, why, nextMs } = failure
      const nextInMs = Math.max(0, nextMs - clock.monotonicMs())
      const message = `${reason}; tried again in ${Math.ceil(nextInMs / 1000)} s`
      return { ...about, state: 'failed', message, nextInMs, ...(why === undefined ? {} : { why }) }
    },
    async [Symbol.asyncDispose]() {
      stop?.abort()
      await running
    },
  }
}
