/**
 * What a tracker's answer says: when to ask again, and where peers may be. Everything in it is hearsay of a stranger: bounded, and only
 * addresses that a peer can have are taken. Reasons a tracker gives are quoted, never printed as they came.
 */
import { SyncError } from '../core/errors.ts'
import { type Reason, reasonWords } from '../core/network-fault.ts'
import { type Bdecoded, type BdecodedMap, decodeBencode } from '../wire/bencode.ts'
import { decodeCompactPeers } from '../wire/compact-peers.ts'
import type { UdpAnswer } from '../wire/udp-tracker.ts'
import { type HostPort, scopeOf } from './address.ts'

export interface TrackerAnswer {
  /** Seconds, as the tracker said it. */
  readonly interval: number | undefined
  readonly addresses: readonly HostPort[]
}

/** What is wanted of a tracker and taken from one answer. Peers tell each other's addresses nowhere else, so some that are gone must not matter. */
export const maxAddressesTold = 200
/** A reason fits in one line; who has more to say is not listened to. */
const maxReasonCharacters = 120

export function trackerFailed(reason: string | Reason, cause?: unknown): SyncError {
  return new SyncError('tracker-failed', typeof reason === 'string' ? { reason } : { ...reason }, { cause })
}

function garbage(): SyncError {
  return trackerFailed({ reason: reasonWords.garbage, why: 'garbage' })
}

/** Reads the body of an HTTP answer (BEP 3, BEP 7, BEP 23). Throws `tracker-failed`. */
export function readHttpAnswer(body: Uint8Array): TrackerAnswer {
  const answer = decodeBencode(body)
  if (!(answer instanceof Map)) throw garbage()
  const told = answer as BdecodedMap
  const failure = told.get('failure reason')
  if (failure !== undefined) throw refused(failure instanceof Uint8Array ? failure : Buffer.alloc(0))
  const intervals = [told.get('interval'), told.get('min interval')].filter(
    (value) => typeof value === 'number',
  )
  const addresses = [...readPeers(told.get('peers'), 4), ...readPeers(told.get('peers6'), 6)]
  return {
    interval: intervals.length > 0 ? Math.max(...intervals) : undefined,
    addresses: addresses.slice(0, maxAddressesTold),
  }
}

/** Throws `tracker-failed`. */
export function readUdpAnswer(answer: UdpAnswer, family: 4 | 6): TrackerAnswer {
  if (answer.kind === 'error') throw refused(answer.reason)
  const addresses = answer.kind === 'announce' ? decodePeers(answer.peers, family) : undefined
  if (answer.kind !== 'announce' || addresses === undefined) throw garbage()
  return { interval: answer.intervalSeconds, addresses }
}

function decodePeers(bytes: Uint8Array, family: 4 | 6): readonly HostPort[] | undefined {
  return decodeCompactPeers(bytes, family, maxAddressesTold)
}

/** Compact, or a list of dictionaries as the first trackers sent it. What is neither tells nothing. */
function readPeers(told: Bdecoded | undefined, family: 4 | 6): readonly HostPort[] {
  if (told instanceof Uint8Array) {
    const addresses = decodePeers(told, family)
    if (addresses === undefined) throw garbage()
    return addresses
  }
  if (!Array.isArray(told)) return []
  return told.slice(0, maxAddressesTold).flatMap((peer: Bdecoded) => {
    const [host, port] = peer instanceof Map ? [peer.get('ip'), peer.get('port')] : []
    return host instanceof Uint8Array && host.length <= 45 && typeof port === 'number'
      ? [{ host: Buffer.from(host).toString('latin1'), port }]
      : []
  })
}

function refused(reason: Uint8Array): SyncError {
  const said = quoted(reason)
  return trackerFailed(said === '' ? 'it refused without a reason' : `it refused: "${said}"`)
}

/** What somebody else wrote, so that it can stand in a sentence: one line, nothing that steers a terminal, no end to our quotation mark. */
function quoted(text: Uint8Array): string {
  const most = maxReasonCharacters * 4
  const plain = Buffer.from(text.subarray(0, most))
    .toString('utf8')
    .replace(/[\p{C}\p{Z}"]+/gu, ' ')
    .trim()
  return plain.length > maxReasonCharacters ? `${plain.slice(0, maxReasonCharacters).toWellFormed()}…` : plain
}

/**
 * Whether a peer may be at an address that was told by somebody at another one. From the open Internet nobody can know what is in a private
 * network, and trying it would let strangers direct our connections at the neighbours.
 */
export function isPlausible({ host, port }: HostPort, toldBy: string): boolean {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return false
  const scope = scopeOf(host)
  return scope === 'public' || ((scope === 'private' || scope === 'shared') && scopeOf(toldBy) !== 'public')
}
