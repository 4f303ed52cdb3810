/**
 * The HTTP side of a tracker (BEP 3, BEP 7, BEP 23, BEP 48): `/announce` and `/scrape`, nothing else. Answers are always compact, addresses in
 * questions are ignored, and nobody is told which swarms there are: a scrape names those it asks about.
 */
import { createServer, type Server } from 'node:http'
import { parse } from 'node:querystring'
import { networkOf, plainHost } from '../net/address.ts'
import { encodeBencode } from '../wire/bencode.ts'
import { encodeCompactPeers } from '../wire/compact-peers.ts'
import type { Announce, AnnounceEvent } from '../wire/udp-tracker.ts'
import { createQuota } from './quota.ts'
import { intervalSeconds } from './swarms.ts'
import type { TrackerDesk } from './tracker-desk.ts'

/** A question is a line of some 400 bytes, a scrape of many swarms longer. */
const maxHeaderBytes = 8 * 1024
/** For a question to arrive whole. */
const requestLimitMs = 10_000
/** Connections at once, of everybody and of one network: each costs some 20 KiB, and lives for one question. */
const maxConnections = 512
const maxConnectionsPerNetwork = 64
/** Addresses in an answer; peers ask for fewer. */
const maxTold = 200
const toldUnlessAsked = 50
const maxScraped = 70
/** Fields of a question that are looked at. */
const maxFields = 100
const events: readonly AnnounceEvent[] = ['none', 'completed', 'started', 'stopped']

/** Does not listen yet. Closing it ends what is open. */
export function createHttpTracker(desk: TrackerDesk): Server {
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: requestLimitMs,
    requestTimeout: requestLimitMs,
    connectionsCheckingInterval: requestLimitMs,
  })
  const places = createQuota({ total: maxConnections, each: maxConnectionsPerNetwork })
  server.on('connection', (socket) => {
    const place = places.take(networkOf(socket.remoteAddress ?? ''))
    if (place === undefined) socket.destroy()
    else socket.once('close', () => place[Symbol.dispose]())
  })

  server.on('request', (request, response) => {
    const host = plainHost(request.socket.remoteAddress ?? '')
    const [path, query = ''] = (request.url ?? '').split('?', 2)
    const answer = (status: number, body: Buffer) => {
      const headers = { 'content-type': 'text/plain', 'content-length': body.length, connection: 'close' }
      response.writeHead(status, headers).end(body)
      // A body that still comes in is not waited for.
      request.resume()
    }
    const isKnown = path === '/announce' || path === '/scrape'
    if (request.method !== 'GET' || !isKnown) answer(404, Buffer.from('not found\n'))
    else if (!desk.allow(host)) answer(200, failure('too many requests from your network'))
    else answer(200, path === '/announce' ? announce(desk, host, query) : scrape(desk, query))
  })
  return server
}

function announce(desk: TrackerDesk, host: string, query: string): Buffer {
  const asked = readAnnounce(query)
  if (asked === undefined) return failure('info_hash, peer_id or port is missing or wrong')
  const told = desk.announce(host, asked, [4, 6])
  if (told === undefined) return failure('too many peers of your network')
  const { seeders, leechers, peers } = told
  return encodeBencode({
    ...{ interval: intervalSeconds, 'min interval': intervalSeconds / 5 },
    ...{ complete: seeders, incomplete: leechers },
    ...{ peers: encodeCompactPeers(peers, 4), peers6: encodeCompactPeers(peers, 6) },
  })
}

function readAnnounce(query: string): Omit<Announce, 'key'> | undefined {
  const field = fieldsOf(query)
  const infoHash = Buffer.from(field('info_hash')[0] ?? '', 'latin1')
  const peerId = Buffer.from(field('peer_id')[0] ?? '', 'latin1')
  const port = numberOf(field('port')[0], 0, 65_535)
  if (infoHash.length !== 20 || peerId.length !== 20 || port === 0) return undefined
  const event = events.find((known) => known === field('event')[0]) ?? 'none'
  const left = numberOf(field('left')[0], 1, Number.MAX_SAFE_INTEGER)
  return {
    infoHash,
    peerId,
    port,
    event,
    left,
    wanted: numberOf(field('numwant')[0], toldUnlessAsked, maxTold),
  }
}

function scrape(desk: TrackerDesk, query: string): Buffer {
  const hashes = fieldsOf(query)('info_hash')
    .map((text) => Buffer.from(text, 'latin1'))
    .filter((hash) => hash.length === 20)
    .slice(0, maxScraped)
  if (hashes.length === 0) return failure('info_hash is missing or wrong')
  // By hand, because the keys are bytes and no text.
  const files = [...new Map(hashes.map((hash) => [hash.toString('latin1'), hash])).values()]
    .sort(Buffer.compare)
    .flatMap((hash) => {
      const { seeders, leechers } = desk.scrape(hash)
      return [encodeBencode(hash), encodeBencode({ complete: seeders, downloaded: 0, incomplete: leechers })]
    })
  return Buffer.concat([Buffer.from('d5:filesd'), ...files, Buffer.from('ee')])
}

/** Values by name, each byte of them a character. */
function fieldsOf(query: string): (name: string) => readonly string[] {
  const fields = parse(query, '&', '=', { maxKeys: maxFields, decodeURIComponent: unescapeBytes })
  return (name) => [fields[name] ?? []].flat()
}

function unescapeBytes(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
}

/** A whole number, at most `most`; `otherwise` when it is none. */
function numberOf(text: string | undefined, otherwise: number, most: number): number {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Math.min(Number(text), most) : otherwise
}

function failure(reason: string): Buffer {
  return encodeBencode({ 'failure reason': reason })
}
