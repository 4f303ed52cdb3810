import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bencode, decodeBencode, encodeBencode } from '../wire/bencode.ts'
import { readPacket, trimPacket } from './dht-packet.ts'

const id = Buffer.alloc(20, 'i')
const hash = Buffer.alloc(20, 'h')
const token = Buffer.from('token')
const t = Buffer.from('tt')
const isGood = (host: string) => host.startsWith('198.51.100.')

function endpoint(host: string, port: number): Buffer {
  return Buffer.from([...host.split('.').map(Number), port >> 8, port & 255])
}

function node(host: string, port = 6881): Buffer {
  return Buffer.concat([Buffer.alloc(20, host), endpoint(host, port)])
}

const query = (q: string, a: Bencode) => encodeBencode({ t, y: 'q', q, a })
const reply = (r: Bencode) => encodeBencode({ t, y: 'r', r })
const read = (bytes: Buffer) => readPacket(bytes, isGood)
const body = (bytes: Buffer | undefined, key: string) =>
  bytes && (decodeBencode(bytes) as ReadonlyMap<string, unknown>).get(key)

describe('what comes in', () => {
  test.each([
    ['ping', { id }],
    ['find_node', { id, target: hash }],
    ['get_peers', { id, info_hash: hash }],
    ['announce_peer', { id, implied_port: 0, info_hash: hash, port: 4000, token }],
    ['announce_peer', { id, implied_port: 1, info_hash: hash, token }],
  ])('a query is passed on as it is: %s', (q, a) => {
    expect(read(query(q, a))).toEqual({ kind: 'query', bytes: query(q, a) })
  })

  test('what is not understood in a message is left out', () => {
    const odd = encodeBencode({
      t,
      y: 'q',
      q: 'ping',
      a: { id, want: ['n4'], toString: 'x' },
      v: 'XX',
      ro: 1,
    })
    expect(read(odd)?.bytes).toEqual(query('ping', { id }))
    const known = reply({ id, token, nodes: node('198.51.100.1') })
    expect(read(reply({ id, token, nodes: node('198.51.100.1'), p: 1, samples: 'x' }))?.bytes).toEqual(known)
  })

  test('of nodes and peers only those with good addresses are passed on', () => {
    const bad = ['127.0.0.1', '10.0.0.1', '192.168.1.1', '224.0.0.1', '255.255.255.255', '0.0.0.0']
    const good = ['198.51.100.1', '198.51.100.2']
    const packet = reply({
      id,
      nodes: Buffer.concat([
        ...[...bad, ...good].map((host) => node(host)),
        node('198.51.100.3', 0),
        Buffer.from('rest'),
      ]),
      values: [
        ...bad.map((host) => endpoint(host, 4000)),
        ...good.map((host) => endpoint(host, 4000)),
        endpoint('198.51.100.3', 0),
        Buffer.concat([endpoint('198.51.100.4', 4000), Buffer.alloc(12)]),
        5,
      ],
    })
    expect(read(packet)).toEqual({
      kind: 'answer',
      bytes: reply({
        id,
        nodes: Buffer.concat(good.map((host) => node(host))),
        values: good.map((host) => endpoint(host, 4000)),
      }),
    })
  })

  test('an error is an answer, whatever it says', () => {
    for (const e of [[201, 'x'.repeat(900)], [], 'x', { a: 1 }])
      expect(read(encodeBencode({ t, y: 'e', e }))?.kind).toBe('answer')
  })

  test.each<[string, Bencode]>([
    ['no message', 5],
    ['a list', [1]],
    ['without a kind', { t, q: 'ping', a: { id } }],
    ['a kind that is a dictionary', { t, y: { toString: 'x' }, q: 'ping', a: { id } }],
    ['without a transaction', { y: 'q', q: 'ping', a: { id } }],
    ['a long transaction', { t: Buffer.alloc(500), y: 'q', q: 'ping', a: { id } }],
    ['a query without arguments', { t, y: 'q', q: 'ping' }],
    ['an id that is short', { t, y: 'q', q: 'ping', a: { id: 'x' } }],
    ['an id that is a number', { t, y: 'r', r: { id: 5 } }],
    ['a target that is a number', { t, y: 'q', q: 'find_node', a: { id, target: 5 } }],
    ['a hash that is long', { t, y: 'q', q: 'get_peers', a: { id, info_hash: Buffer.alloc(1000) } }],
    ['an announcement without a port', { t, y: 'q', q: 'announce_peer', a: { id, info_hash: hash, token } }],
    [
      'one for a port that is none',
      { t, y: 'q', q: 'announce_peer', a: { id, info_hash: hash, token, port: 70_000 } },
    ],
    [
      'one with a token that is a number',
      { t, y: 'q', q: 'announce_peer', a: { id, info_hash: hash, token: 1, port: 1 } },
    ],
    ['something to keep', { t, y: 'q', q: 'put', a: { id, token, v: 'x' } }],
    ['an answer nobody could have asked for', { t: 'ttt', y: 'r', r: { id } }],
  ])('is refused: %s', (_, message) => {
    expect(read(encodeBencode(message))).toBeUndefined()
  })

  test('any bytes, and good packets with any bytes in them, give a packet or nothing', () => {
    const packets = [
      query('announce_peer', { id, info_hash: hash, port: 4000, token }),
      reply({ id, token, nodes: node('198.51.100.1'), values: [endpoint('198.51.100.1', 1)] }),
    ]
    const spoilt = fc
      .tuple(fc.constantFrom(...packets), fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 6 }))
      .map(([packet, changes]) => {
        const bytes = Buffer.from(packet)
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        return bytes
      })
    fc.assert(
      fc.property(fc.oneof(spoilt, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        const packet = readPacket(bytes, isGood)
        if (packet !== undefined) expect(read(packet.bytes)).toEqual(packet)
      }),
    )
  })
})

describe('what goes out', () => {
  test('a query and an error go as they are', () => {
    const error = encodeBencode({ t, y: 'e', e: [203, 'bad token'] })
    expect(trimPacket(query('ping', { id }), isGood)).toEqual({ kind: 'query', bytes: query('ping', { id }) })
    expect(trimPacket(error, isGood)).toEqual({ kind: 'answer', bytes: error })
  })

  test('an answer is small, however much is known, and names no address that is not to be named', () => {
    const nodes = Array.from({ length: 200 }, (_, at) =>
      node(at % 2 === 0 ? '192.168.1.9' : `198.51.100.${at}`),
    )
    const values = Array.from({ length: 900 }, (_, at) =>
      endpoint(at % 2 === 0 ? '10.0.0.1' : '198.51.100.9', at + 1),
    )
    const { bytes } = trimPacket(reply({ id, token, nodes: Buffer.concat(nodes), values }), isGood)
    expect(bytes.length).toBeLessThan(800)
    expect(bytes.includes(endpoint('192.168.1.9', 6881))).toBe(false)
    expect(read(bytes)?.bytes).toEqual(bytes)
    const r = body(bytes, 'r') as ReadonlyMap<string, Buffer>
    expect(r.get('nodes')).toEqual(Buffer.concat(nodes.filter((_, at) => at % 2 === 1).slice(0, 8)))
  })
})
