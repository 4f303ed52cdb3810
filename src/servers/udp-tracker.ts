/**
 * The UDP side of a tracker (BEP 15). Anybody can write anybody's address on a packet: until a sender has shown that answers reach it, by
 * sending back a connection id, it is remembered nowhere and gets no more bytes than it sent.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { plainHost } from '../net/address.ts'
import type { Chance, Clock } from '../ports.ts'
import { encodeCompactPeers, familyOf } from '../wire/compact-peers.ts'
import {
  connectionIdBytes,
  decodeUdpRequest,
  encodeUdpAnswer,
  type UdpAnswer,
  type UdpRequest,
} from '../wire/udp-tracker.ts'
import { intervalSeconds } from './swarms.ts'
import type { TrackerDesk } from './tracker-desk.ts'

/** A connection id is good for this long and at most once more (the specification asks for two minutes). */
const idLifeMs = 120_000
/** Addresses in an answer, so that it fits into one packet anywhere: 1,200 bytes. */
const maxTold = { 4: 190, 6: 60 } as const

/** Not bound yet. `host` says which family it will be bound to; that of IPv6 serves both where the system lets it. */
export function createUdpTracker(host: string, desk: TrackerDesk, clock: Clock, chance: Chance): Socket {
  const socket = createSocket({ type: `udp${familyOf(host)}` })
  const idKey = chance.bytes(32)

  function connectionId(sender: RemoteInfo, period: number): Buffer {
    const name = `${sender.address} ${sender.port} ${period}`
    return createHmac('sha256', idKey).update(name).digest().subarray(0, connectionIdBytes)
  }

  const thisPeriod = () => Math.floor(clock.monotonicMs() / idLifeMs)

  function isProven(sender: RemoteInfo, id: Buffer): boolean {
    return [0, 1].some((age) => timingSafeEqual(id, connectionId(sender, thisPeriod() - age)))
  }

  function answerTo(request: UdpRequest, sender: RemoteInfo): UdpAnswer | undefined {
    const { transaction } = request
    if (request.kind === 'connect')
      return { kind: 'connect', transaction, connectionId: connectionId(sender, thisPeriod()) }
    const host = plainHost(sender.address)
    if (!isProven(sender, request.connectionId) || !desk.allow(host)) return undefined
    if (request.kind === 'scrape')
      return { kind: 'scrape', transaction, swarms: request.infoHashes.map((hash) => desk.scrape(hash)) }
    const family = familyOf(host)
    const wanted = Math.min(request.announce.wanted, maxTold[family])
    const told = desk.announce(host, { ...request.announce, wanted }, [family])
    if (told === undefined)
      return { kind: 'error', transaction, reason: Buffer.from('too many peers of your network') }
    const peers = encodeCompactPeers(told.peers, family)
    return { kind: 'announce', transaction, intervalSeconds, counts: told, peers }
  }

  socket.on('message', (bytes, sender) => {
    // Nothing can be sent there: trying to throws.
    if (sender.port === 0) return
    const request = decodeUdpRequest(bytes)
    const answer = request && answerTo(request, sender)
    if (answer === undefined) return
    // What cannot be sent is lost, like any packet; who asked asks again.
    socket.send(encodeUdpAnswer(answer), sender.port, sender.address, () => undefined)
  })
  return socket
}
