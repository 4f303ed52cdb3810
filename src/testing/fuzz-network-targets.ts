/** What strangers send: the local network, routers, trackers and who asks ours, nodes of the DHT; and addresses as people and machines write them. */
import type { RemoteInfo } from 'node:dgram'
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  formatHostPort,
  hostOfAddress,
  isLanAddress,
  networkOf,
  parseHostPort,
  parseListenAddress,
  plainHost,
} from '../net/address.ts'
import { readPacket, trimPacket } from '../net/dht-packet.ts'
import { bytesToLanPacket, lanPacketToBytes, maxTags, tagGroup } from '../net/lan-packet.ts'
import { isPlausible, maxAddressesTold, readHttpAnswer, readUdpAnswer } from '../net/tracker-answer.ts'
import { parseTrackerUrl } from '../net/tracker-url.ts'
import { servicesIn } from '../net/upnp.ts'
import { locationIn } from '../net/upnp-search.ts'
import { readLeaves } from '../net/xml-leaves.ts'
import type { Clock } from '../ports.ts'
import { createHttpTracker } from '../servers/http-tracker.ts'
import { createTrackerDesk } from '../servers/tracker-desk.ts'
import { createUdpTracker } from '../servers/udp-tracker.ts'
import { type Bdecoded, type Bencode, decodeBencode, encodeBencode } from '../wire/bencode.ts'
import { decodeCompactPeers, encodeCompactPeers } from '../wire/compact-peers.ts'
import {
  type AnnounceEvent,
  decodeUdpAnswer,
  decodeUdpRequest,
  encodeUdpAnswer,
  encodeUdpRequest,
} from '../wire/udp-tracker.ts'
import { describeRouter } from './fake-router.ts'
import { type FuzzTarget, hold, holdSame, textOf } from './fuzz-target.ts'
import { createSeededChance } from './seeded-chance.ts'

const twenty = (name: string): Buffer => Buffer.alloc(20, name)
const connectionId = Buffer.from('0102030405060708', 'hex')
const announceOf = (event: AnnounceEvent) => ({
  ...{ infoHash: twenty('hash'), peerId: twenty('peer'), key: 7, port: 4444, left: 1, event, wanted: 50 },
})
const udpRequests = [
  encodeUdpRequest({ kind: 'connect', transaction: 1 }),
  encodeUdpRequest({ kind: 'announce', transaction: 2, connectionId, announce: announceOf('started') }),
  encodeUdpRequest({ kind: 'announce', transaction: 2, connectionId, announce: announceOf('stopped') }),
  encodeUdpRequest({ kind: 'scrape', transaction: 3, connectionId, infoHashes: [twenty('a'), twenty('b')] }),
]
const compact4 = encodeCompactPeers(
  [
    { host: '192.0.2.7', port: 4444 },
    { host: '10.0.0.1', port: 1 },
  ],
  4,
)
const compact6 = encodeCompactPeers([{ host: '2001:db8::1', port: 4444 }], 6)
const counts = { seeders: 2, leechers: 3 }
const udpAnswers = [
  encodeUdpAnswer({ kind: 'connect', transaction: 1, connectionId }),
  encodeUdpAnswer({ kind: 'announce', transaction: 1, intervalSeconds: 1800, counts, peers: compact4 }),
  encodeUdpAnswer({ kind: 'announce', transaction: 1, intervalSeconds: 1800, counts, peers: compact6 }),
  encodeUdpAnswer({ kind: 'scrape', transaction: 1, swarms: [counts, counts] }),
  encodeUdpAnswer({ kind: 'error', transaction: 1, reason: Buffer.from('not "today"\u202e') }),
]
const lanHead = { port: 4444, salt: Buffer.alloc(16, 1) }
const lanTags = (count: number) => Array.from({ length: count }, (_, at) => Buffer.alloc(16, at))
const dhtId = twenty('id')
const dhtNode = Buffer.concat([twenty('node'), compact4.subarray(0, 6)])
const dhtMessages: readonly Bencode[] = [
  { t: 'aa', y: 'q', q: 'ping', a: { id: dhtId } },
  { t: 'aa', y: 'q', q: 'find_node', a: { id: dhtId, target: twenty('t') } },
  { t: 'aa', y: 'q', q: 'get_peers', a: { id: dhtId, info_hash: twenty('h') } },
  { t: 'aa', y: 'q', q: 'announce_peer', a: { id: dhtId, info_hash: twenty('h'), port: 4444, token: 'tok' } },
  {
    t: 'aa',
    y: 'q',
    q: 'announce_peer',
    a: { id: dhtId, info_hash: twenty('h'), implied_port: 1, token: 'tok' },
  },
  { t: 'aa', y: 'r', r: { id: dhtId, nodes: Buffer.concat([dhtNode, dhtNode]), token: 'tok' } },
  {
    t: 'aa',
    y: 'r',
    r: { id: dhtId, values: [compact4.subarray(0, 6), compact4.subarray(6)], token: 'tok' },
  },
  { t: 'aa', y: 'e', e: [201, 'A Generic Error Ocurred'] },
]
const trackerAnswers: readonly Bencode[] = [
  { interval: 1800, 'min interval': 360, complete: 1, incomplete: 2, peers: compact4, peers6: compact6 },
  {
    interval: 1800,
    peers: [
      { ip: '192.0.2.7', port: 4444, 'peer id': twenty('p') },
      { ip: '2001:db8::1', port: 1 },
    ],
  },
  { 'failure reason': 'go "away"\u0007' },
]
const ssdpAnswer =
  'HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nLOCATION: http://192.0.2.1:5000/rootDesc.xml\r\n\r\n'
const soapAnswer =
  '<s:Envelope><s:Body><s:Fault><detail><UPnPError><errorCode>718</errorCode><errorDescription>Conflict &amp; so on</errorDescription></UPnPError></detail></s:Fault></s:Body></s:Envelope>'

export const fuzzNetworkTargets: readonly FuzzTarget[] = [
  {
    name: 'bencode',
    seeds: () => [...dhtMessages, ...trackerAnswers, ['a', -1, [], {}]].map(encodeBencode),
    words: [
      'd',
      'l',
      'e',
      'i',
      'i-0e',
      '0:',
      '99999999:',
      'i999999999999999e',
      'd1:',
      'llllllll',
      'eeeeeeee',
    ],
    maxBytes: 65_536,
    run(bytes) {
      const value = decodeBencode(bytes)
      if (value === undefined || !isWritable(value)) return
      holdSame(decodeBencode(encodeBencode(toBencode(value))), value)
    },
  },
  {
    name: 'compact-peers',
    seeds: () => [compact4, compact6, Buffer.from('00000000000000000000ffffc0000207115c', 'hex')],
    run(bytes) {
      for (const family of [4, 6] as const) {
        const peers = decodeCompactPeers(bytes, family, 50)
        if (peers === undefined) continue
        hold(peers.length <= 50, 'no more are taken than asked for')
        for (const { host, port } of peers) parseListenAddress(formatHostPort({ host, port }))
        if (family === 4) hold(bytes.subarray(0, 300).equals(encodeCompactPeers(peers, 4)), 'all were read')
      }
    },
  },
  {
    name: 'udp-tracker-request',
    seeds: () => udpRequests,
    run(bytes) {
      const request = decodeUdpRequest(bytes)
      // A number of 64 bits that is not exact is none of bytes left.
      if (
        request === undefined ||
        (request.kind === 'announce' && !Number.isSafeInteger(request.announce.left))
      )
        return
      holdSame(decodeUdpRequest(encodeUdpRequest(request)), request)
    },
  },
  {
    name: 'udp-tracker-answer',
    seeds: () => udpAnswers,
    run(bytes) {
      const answer = decodeUdpAnswer(bytes)
      if (answer === undefined) return
      holdSame(decodeUdpAnswer(encodeUdpAnswer(answer)), answer)
      for (const family of [4, 6] as const) checkTold(() => readUdpAnswer(answer, family).addresses)
    },
  },
  {
    name: 'http-tracker-answer',
    seeds: () => trackerAnswers.map(encodeBencode),
    words: ['5:peers', '6:peers6', '8:interval', '14:failure reason', '2:ip', '4:port'],
    maxBytes: 65_536,
    run: (bytes) => checkTold(() => readHttpAnswer(bytes).addresses),
  },
  {
    name: 'own-udp-tracker',
    seeds: () =>
      udpRequests.flatMap((request) => [0, 1].map((proven) => Buffer.concat([Buffer.of(proven), request]))),
    run: askUdpTracker,
  },
  {
    name: 'own-http-tracker',
    seeds: () => [
      'GET /announce?info_hash=%aa%bb%cc%dd%ee%ff%00%11%22%33%44%55%66%77%88%99%aa%bb%cc%dd&peer_id=-BS0001-abcdefghijkl&port=4444&left=0&event=started&numwant=5&compact=1',
      'GET /scrape?info_hash=aaaaaaaaaaaaaaaaaaaa&info_hash=bbbbbbbbbbbbbbbbbbbb',
      'POST /announce',
      'GET /?',
    ],
    words: ['info_hash=', '&info_hash=', '__proto__=', 'numwant=', 'left=', '%zz', '&', '?'],
    maxBytes: 8192,
    run: askHttpTracker,
  },
  {
    name: 'dht-packet',
    seeds: () => dhtMessages.map(encodeBencode),
    words: ['1:y', '1:q', '1:a', '1:r', '2:id', '20:', '5:nodes', '6:values', '5:token', '26:', '6:'],
    run(bytes) {
      const packet = readPacket(bytes, (host) => !host.startsWith('127.'))
      if (packet === undefined) return
      hold(packet.bytes.length <= bytes.length + 32, 'what is understood is no longer than what came')
      holdSame(
        readPacket(packet.bytes, () => true),
        packet,
      )
      trimPacket(packet.bytes, () => true)
    },
  },
  {
    name: 'lan-packet',
    seeds: () => [
      lanPacketToBytes({ ...lanHead, kind: 'ask', tags: lanTags(tagGroup) }),
      lanPacketToBytes({ ...lanHead, kind: 'tell', tags: lanTags(maxTags) }),
    ],
    run(bytes) {
      const packet = bytesToLanPacket(bytes)
      if (packet !== undefined)
        hold(lanPacketToBytes(packet).equals(bytes), 'a packet says all that is in it')
    },
  },
  {
    name: 'ssdp-answer',
    seeds: () => [ssdpAnswer, ssdpAnswer.replace('192.0.2.1', '[::ffff:192.0.2.1]')],
    words: ['LOCATION:', 'http://192.0.2.1', 'HTTP/1.1 200', '@', '#', '?'],
    run(bytes) {
      const location = locationIn(bytes, '192.0.2.1')
      if (location === undefined) return
      hold(
        location.protocol === 'http:' && location.hostname === '192.0.2.1',
        'nothing is asked but its sender',
      )
    },
  },
  {
    name: 'router-description',
    seeds: () => [
      describeRouter('/ctl'),
      soapAnswer,
      '<a><b/><!-- c --><![CDATA[d]]><?e f?><!DOCTYPE g []></a>',
    ],
    words: [
      '<',
      '>',
      '</',
      '/>',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?',
      '?>',
      '&amp;',
      '&#x110000;',
      '<!DOCTYPE [',
    ],
    maxBytes: 65_536,
    run(bytes) {
      const leaves = readLeaves(bytes.toString())
      hold(leaves.length <= 2_032, 'no more is read than a router has to say')
      servicesIn(leaves)
    },
  },
  {
    name: 'address',
    seeds: () => [
      '192.0.2.7:4444',
      '[2001:db8::1%eth0]:1',
      'pi.local:0',
      'b\u00fccher.example:65535',
      '::ffff:1.2.3.4',
    ],
    words: ['::', '%', '[', ']', ':65536', '0x7f.1', '.local', '\u3002'],
    run(bytes) {
      const text = textOf(bytes)
      for (const tell of [plainHost, networkOf, isLanAddress, hostOfAddress]) tell(text.slice(0, 300))
      const address = parseListenAddress(text)
      holdSame(parseListenAddress(formatHostPort(address)), address)
      if (address.port > 0) holdSame(parseHostPort(text), address)
    },
  },
  {
    name: 'tracker-url',
    seeds: () => [
      'udp://tracker.example:6969',
      'https://user.example/a/../announce?key=1',
      'http://[2001:db8::1]/x',
    ],
    words: ['udp://', 'http://', '/../', '%2e', '?', '#', '@'],
    run(bytes) {
      const url = parseTrackerUrl(textOf(bytes))
      holdSame(parseTrackerUrl(url.text), url)
    },
  },
]

// ---- bencode ------------------------------------------------------------------------------------------------------------

/** Keys are written as text, so those that are no ASCII are not written. */
function isWritable(value: Bdecoded): boolean {
  if (value instanceof Map)
    return [...value].every(([key, each]) => /^[\0-\x7f]*$/.test(key) && isWritable(each as Bdecoded))
  return Array.isArray(value) ? value.every(isWritable) : true
}

function toBencode(value: Bdecoded): Bencode {
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<string, Bdecoded>)].map(
      ([key, each]) => [key, toBencode(each)] as const,
    )
    return Object.fromEntries(entries)
  }
  return Array.isArray(value) ? value.map(toBencode) : (value as number | Buffer)
}

// ---- trackers -----------------------------------------------------------------------------------------------------------

function checkTold(read: () => readonly { readonly host: string; readonly port: number }[]): void {
  const addresses = read()
  hold(addresses.length <= maxAddressesTold, 'no more addresses are taken than asked for')
  for (const address of addresses)
    if (isPlausible(address, '198.51.100.1')) parseHostPort(formatHostPort(address))
}

let elapsedMs = 0
/** Each look is a minute later, so that nobody has asked too often. */
const clock: Clock = {
  now: () => elapsedMs,
  monotonicMs: () => (elapsedMs += 60_000),
  after: () => ({ [Symbol.dispose]: () => undefined }),
}
const chance = createSeededChance(1)
const desk = createTrackerDesk(clock, chance)
const httpTracker = createHttpTracker(desk)
const udpTracker = createUdpTracker('192.0.2.1', desk, { ...clock, monotonicMs: () => 0 }, chance)
udpTracker.unref()
const sender: RemoteInfo = { address: '192.0.2.9', family: 'IPv4', port: 5000, size: 0 }

function answersOfUdpTracker(question: Buffer): readonly Buffer[] {
  const sent: Buffer[] = []
  udpTracker.send = ((bytes: Buffer) => sent.push(bytes)) as never
  udpTracker.emit('message', question, sender)
  return sent
}

/** First byte: whether the question has the connection id it was given before. */
function askUdpTracker(input: Buffer): void {
  const question = Buffer.from(input.subarray(1))
  const isProven = input.length > 0 && input[0]! % 2 === 1
  if (isProven) answersOfUdpTracker(udpRequests[0]!)[0]!.copy(question, 0, 8, 16)
  const peersBefore = desk.peerCount
  const answers = answersOfUdpTracker(question)
  const [answer] = answers
  hold(answers.length <= 1, 'a question has one answer')
  hold(
    isProven || (answer?.length ?? 0) <= question.length,
    'who is not proven gets no more bytes than it sent',
  )
  hold(isProven || desk.peerCount === peersBefore, 'who is not proven is remembered nowhere')
  hold((answer?.length ?? 0) <= 1220, 'an answer fits into one packet')
  if (answer !== undefined) hold(decodeUdpAnswer(answer) !== undefined, 'an answer can be read')
}

/** A first line, as Node passes it on: each byte a character. */
function askHttpTracker(input: Buffer): void {
  const [method, url] = input.toString('latin1').split(' ', 2)
  let answer: Buffer | undefined
  const response = {
    writeHead: () => response,
    end: (body: Buffer) => {
      answer = body
    },
  }
  const request = { method, url, socket: { remoteAddress: '::ffff:192.0.2.9' }, resume: () => undefined }
  httpTracker.emit('request', request as unknown as IncomingMessage, response as unknown as ServerResponse)
  hold(answer !== undefined, 'every question is answered')
  hold(answer!.length < 8192, 'an answer is short')
  if (answer!.toString() !== 'not found\n')
    hold(decodeBencode(answer!) !== undefined, 'an answer can be read')
}
