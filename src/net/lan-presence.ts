/**
 * Which sockets of LAN search are open: follows the interfaces of this machine as they come and go. What cannot be opened now is tried again
 * at the next look, because an IPv6 address is of no use in the second after it appears. Says and understands nothing.
 */
import type { Clock, Log } from '../ports.ts'
import type { LanResults } from './lan-results.ts'
import { type Interfaces, type Segment, segmentOfAddress, segmentsOf } from './lan-segments.ts'
import type { GroupSocket, Heard, LanNetwork, SegmentSocket } from './lan-sockets.ts'

/** How soon a new interface is noticed: well within the time a person waits after plugging in a cable. A look takes about 50 µs. */
export const lookEveryMs = 10_000

export interface LanPresenceOptions {
  readonly network: LanNetwork
  readonly clock: Clock
  readonly log: Log
  readonly onHeard: (segment: Segment, heard: Heard) => void
  /** There are segments that were not spoken to yet. */
  readonly onNew: () => void
  readonly results: LanResults
}

export interface LanPresence extends AsyncDisposable {
  /** Those that can be spoken to now. */
  sockets(): readonly SegmentSocket[]
}

/** Disposing closes every socket at once; the promise waits for what was being opened. */
export function openLanPresence(options: LanPresenceOptions): LanPresence {
  const { network, clock, log, results } = options
  const socketsByKey = new Map<string, SegmentSocket>()
  const groupsByFamily = new Map<Segment['family'], GroupSocket>()
  const stop = new AbortController()
  let timer: Disposable | undefined
  let looking: Promise<void> = Promise.resolve()

  function hear(heard: Heard): void {
    const segments = Array.from(socketsByKey.values(), ({ segment }) => segment)
    const segment = segmentOfAddress(segments, heard.from.host)
    if (segment !== undefined) options.onHeard(segment, heard)
  }

  async function look(): Promise<void> {
    const segments = segmentsOf(interfacesNow())
    results.keepSegments(segments)
    const keys = new Set(segments.map(({ key }) => key))
    for (const [key, socket] of socketsByKey) if (!keys.has(key)) close(key, socket)
    let isNew = false
    for (const segment of segments) {
      if (socketsByKey.has(segment.key)) continue
      isNew = (await openSegment(segment)) || isNew
      if (stop.signal.aborted) return
    }
    for (const family of ['IPv4', 'IPv6'] as const) {
      await openGroup(family)
      if (stop.signal.aborted) return
    }
    if (isNew) options.onNew()
    timer = clock.after(lookEveryMs, lookAgain)
  }

  function lookAgain(): void {
    looking = look()
  }

  let isTold = false
  function interfacesNow(): Interfaces {
    try {
      return network.interfaces()
    } catch (error) {
      if (!isTold) log.warn({ error }, 'the network interfaces of this machine cannot be read')
      isTold = true
      return {}
    }
  }

  async function openSegment(segment: Segment): Promise<boolean> {
    const { key } = segment
    try {
      const socket = await network.openSegmentSocket(segment, {
        onHeard: hear,
        onBroken: () => close(key, socket),
      })
      if (stop.signal.aborted) {
        socket[Symbol.dispose]()
        return false
      }
      socketsByKey.set(key, socket)
      results.noteAct(segment, 'opening a socket', undefined)
      return true
    } catch (error) {
      results.noteAct(segment, 'opening a socket', error)
      return false
    }
  }

  function close(key: string, socket: SegmentSocket): void {
    if (socketsByKey.get(key) !== socket) return
    socketsByKey.delete(key)
    socket[Symbol.dispose]()
  }

  /** One that is missing, or is not on just the segments there are, is opened anew: the system remembers groups of interfaces that are gone. */
  async function openGroup(family: Segment['family']): Promise<void> {
    const segments = Array.from(socketsByKey.values(), ({ segment }) => segment).filter(
      (segment) => segment.family === family,
    )
    const before = groupsByFamily.get(family)
    const known = before?.segments ?? []
    if (known.length === segments.length && segments.every((segment) => known.includes(segment))) return
    if (before !== undefined) closeGroup(family, before)
    if (segments.length === 0) return
    try {
      const group = await network.openGroupSocket(segments, {
        onHeard: hear,
        onBroken: () => closeGroup(family, group),
      })
      if (stop.signal.aborted) {
        group[Symbol.dispose]()
        return
      }
      groupsByFamily.set(family, group)
      for (const segment of segments) results.noteAct(segment, 'listening', group.failures.get(segment))
    } catch (error) {
      for (const segment of segments) results.noteAct(segment, 'listening', error)
    }
  }

  function closeGroup(family: Segment['family'], group: GroupSocket): void {
    if (groupsByFamily.get(family) !== group) return
    groupsByFamily.delete(family)
    group[Symbol.dispose]()
  }

  lookAgain()

  return {
    sockets: () => [...socketsByKey.values()],
    async [Symbol.asyncDispose]() {
      stop.abort()
      timer?.[Symbol.dispose]()
      for (const [key, socket] of socketsByKey) close(key, socket)
      for (const [family, group] of groupsByFamily) closeGroup(family, group)
      await looking
    },
  }
}
