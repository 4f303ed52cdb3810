/**
 * The UDP socket under the DHT package, which trusts what it reads. Between both stands this: nothing comes in or goes out that is not
 * a bounded, well-formed message of BEP 5 from or to an address this device may speak with, and strangers' queries are answered at a
 * limited rate. Answers come in only from whom the package has just asked.
 */
import { createSocket, type RemoteInfo } from 'node:dgram'
import { EventEmitter } from 'node:events'
import { reasonOf } from '../core/errors.ts'
import { drawFrom, fillBucket, fullBucket, untilFilledMs } from '../core/token-bucket.ts'
import type { Clock, Log } from '../ports.ts'
import type { HostPort } from './address.ts'
import { readPacket, trimPacket } from './dht-packet.ts'
import type { DhtReach } from './dht-reach.ts'

/** Packages that tell all nodes they know send packets of several kilobytes; nobody sends more. */
const maxPacketBytes = 8192
/** Strangers' queries a second: more than a node is asked that stands in many tables, and in answers at most 25 kB/s, whomever they go to. */
const queriesPerSecond = 50
/** How long an answer is waited for: what the package waits at most, and a little more. */
const answerWithinMs = 3000

export interface DhtSocketOptions {
  readonly clock: Clock
  readonly log: Log
  readonly reach: DhtReach
}

/** The part of a UDP socket that the package uses, with the errors of sending told to nobody: an answer that does not come says the same. */
export interface DhtSocket extends EventEmitter {
  /** Emits `listening` or `error`. */
  bind(port: number, host: string): void
  send(bytes: Uint8Array, offset: number, length: number, port: number, host: string): void
  address(): HostPort
  /** Emits `close`. */
  close(): void
  /** Packets so far. */
  readonly traffic: { readonly sent: number; readonly received: number; readonly refused: number }
}

interface Awaited {
  readonly answers: number
  readonly untilMs: number
}

export function createDhtSocket({ clock, log, reach }: DhtSocketOptions): DhtSocket {
  const udp = createSocket('udp4')
  const events = new EventEmitter()
  const traffic = { sent: 0, received: 0, refused: 0 }
  const told = new Set<string>()
  /** By host, those that give up first in front. */
  const awaited = new Map<string, Awaited>()
  let turns = fullBucket(queriesPerSecond, clock.monotonicMs())
  let isClosed = false

  udp.on('listening', () => events.emit('listening'))
  udp.on('close', () => events.emit('close'))
  udp.on('error', (error) => events.emit('error', error))
  udp.on('message', (bytes, from) => {
    traffic.received += 1
    const refusal = receive(bytes, from)
    if (refusal === undefined) return
    traffic.refused += 1
    // Once each: what arrives a thousand times must not be written a thousand times.
    if (told.has(refusal)) return
    told.add(refusal)
    log.info(
      { from: from.address, reason: refusal },
      'a packet to the DHT is ignored, as all like it will be',
    )
  })

  /** Hands it on, or says why not. */
  function receive(bytes: Buffer, from: RemoteInfo): string | undefined {
    if (isClosed) return undefined
    if (bytes.length > maxPacketBytes) return 'it is too long'
    if (from.port === 0 || !reach.includes(from.address)) return 'it is not from a public address'
    const isAsked = isAwaited(from.address)
    if (!isAsked && !takeTurn()) return 'there are too many'
    const packet = readPacket(bytes, (host) => reach.isNamedBy(from.address, host))
    if (packet === undefined) return 'it is no message of BEP 5'
    if (packet.kind === 'answer' && !isAsked) return 'nobody asked for it'
    if (packet.kind === 'answer') takeAnswer(from.address)
    else if (isAsked && !takeTurn()) return 'there are too many'
    try {
      events.emit('message', packet.bytes, from)
    } catch (thrown) {
      log.error({ from: from.address, error: thrown }, 'the DHT could not work with a packet')
      return reasonOf(thrown)
    }
    return undefined
  }

  function takeTurn(): boolean {
    turns = fillBucket(turns, clock.monotonicMs())
    if (untilFilledMs(turns) > 0) return false
    turns = drawFrom(turns, 1)
    return true
  }

  function isAwaited(host: string): boolean {
    return (awaited.get(host)?.untilMs ?? Number.NEGATIVE_INFINITY) > clock.monotonicMs()
  }

  function awaitAnswer(host: string): void {
    const nowMs = clock.monotonicMs()
    for (const [other, { untilMs }] of awaited) {
      if (untilMs > nowMs) break
      awaited.delete(other)
    }
    const answers = (awaited.get(host)?.answers ?? 0) + 1
    awaited.delete(host)
    awaited.set(host, { answers, untilMs: nowMs + answerWithinMs })
  }

  function takeAnswer(host: string): void {
    const { answers, untilMs } = awaited.get(host)!
    if (answers > 1) awaited.set(host, { answers: answers - 1, untilMs })
    else awaited.delete(host)
  }

  return Object.assign(events, {
    bind: (port: number, host: string) => void udp.bind(port, host),
    send(bytes: Uint8Array, offset: number, length: number, port: number, host: string): void {
      if (isClosed || !reach.includes(host)) return
      const packet = trimPacket(bytes.subarray(offset, offset + length), (named) =>
        reach.isNamedBy(host, named),
      )
      if (packet.kind === 'query') awaitAnswer(host)
      traffic.sent += 1
      udp.send(packet.bytes, port, host, () => undefined)
    },
    address: (): HostPort => ({ host: udp.address().address, port: udp.address().port }),
    close(): void {
      if (isClosed) return
      isClosed = true
      udp.close()
    },
    traffic,
  })
}
