/**
 * What a packet of the DHT (BEP 5) may say. What comes in is written anew from the few things that are understood here, so that the
 * package behind never sees anything else; an answer that goes out is cut to what one should tell a stranger, so that a small question
 * in another's name is no way to flood that other. Pure.
 */
import {
  type Bdecoded,
  type BdecodedMap,
  type Bencode,
  decodeBencode,
  encodeBencode,
} from '../wire/bencode.ts'

/** Whether an address is one to be named in this packet. */
export type MayName = (host: string) => boolean

export interface Packet {
  /** An error is an answer too. */
  readonly kind: 'query' | 'answer'
  readonly bytes: Buffer
}

type Dictionary = { readonly [key: string]: Bencode }

interface Most {
  readonly nodes: number
  readonly peers: number
}

/** The length of what nodes and the things looked for are known by. */
export const idBytes = 20
/** An IPv4 address and a port; with an id before them a node. */
const endpointBytes = 6
const nodeBytes = idBytes + endpointBytes

/** BEP 5 asks for 8 nodes. With these peers an answer has half a kilobyte. */
const mostTold: Most = { nodes: 8, peers: 50 }
/** Others tell 20 nodes; and peers are told by whoever holds more of them than fit into a packet that comes in one piece. */
const mostRead: Most = { nodes: 20, peers: 200 }
/** Others choose their transaction ids, and their tokens, which come back to them. */
const maxTransactionBytes = 16
const maxTokenBytes = 64
/** The length of the package's own transaction ids. */
const ownTransactionBytes = 2

/** What of a packet from outside is understood; undefined when it is no message of BEP 5. */
export function readPacket(bytes: Uint8Array, mayName: MayName): Packet | undefined {
  const message = asMap(decodeBencode(bytes))
  const t = asBytes(message?.get('t'), 1, maxTransactionBytes)
  if (message === undefined || t === undefined) return undefined
  switch (kindOf(message)) {
    case 'q': {
      const q = textOf(message.get('q'))
      const a = readQuestion(q, asMap(message.get('a')))
      return a && { kind: 'query', bytes: encodeBencode({ t, y: 'q', q, a }) }
    }
    case 'r': {
      const r = readReply(message.get('r'), mayName, mostRead)
      if (r === undefined || t.length !== ownTransactionBytes) return undefined
      return { kind: 'answer', bytes: encodeBencode({ t, y: 'r', r }) }
    }
    case 'e':
      if (t.length !== ownTransactionBytes) return undefined
      return { kind: 'answer', bytes: encodeBencode({ t, y: 'e', e: [codeOf(message.get('e')), ''] }) }
    default:
      return undefined
  }
}

/** A message of the package as it may go out. */
export function trimPacket(bytes: Uint8Array, mayName: MayName): Packet {
  const message = asMap(decodeBencode(bytes))!
  const kind = kindOf(message)
  if (kind !== 'r') return { kind: kind === 'q' ? 'query' : 'answer', bytes: Buffer.from(bytes) }
  const t = message.get('t') as Buffer
  const r = readReply(message.get('r'), mayName, mostTold)!
  return { kind: 'answer', bytes: encodeBencode({ t, y: 'r', r }) }
}

function readQuestion(query: string, from: BdecodedMap | undefined): Dictionary | undefined {
  const id = asId(from?.get('id'))
  const [target, hash] = [asId(from?.get('target')), asId(from?.get('info_hash'))]
  if (from === undefined || id === undefined) return undefined
  switch (query) {
    case 'ping':
      return { id }
    case 'find_node':
      return target && { id, target }
    case 'get_peers':
      return hash && { id, info_hash: hash }
    case 'announce_peer': {
      const token = asBytes(from.get('token'), 1, maxTokenBytes)
      const port = asPort(from.get('port'))
      if (hash === undefined || token === undefined) return undefined
      if (from.get('implied_port') === 1) return { id, info_hash: hash, implied_port: 1, token }
      return port === undefined ? undefined : { id, info_hash: hash, implied_port: 0, port, token }
    }
    default:
      return undefined
  }
}

function readReply(value: Bdecoded | undefined, mayName: MayName, most: Most): Dictionary | undefined {
  const from = asMap(value)
  const id = asId(from?.get('id'))
  if (from === undefined || id === undefined) return undefined
  const token = asBytes(from.get('token'), 1, maxTokenBytes)
  const isNamed = (endpoint: Buffer) => endpoint.readUInt16BE(4) > 0 && mayName(hostOf(endpoint))
  const nodes = piecesOf(from.get('nodes'), nodeBytes).filter((node) => isNamed(node.subarray(idBytes)))
  const peers = asList(from.get('values')).filter(
    (peer) => peer instanceof Buffer && peer.length === endpointBytes && isNamed(peer),
  ) as Buffer[]
  return {
    id,
    ...(token && { token }),
    ...(nodes.length > 0 && { nodes: Buffer.concat(nodes.slice(0, most.nodes)) }),
    ...(peers.length > 0 && { values: peers.slice(0, most.peers) }),
  }
}

/** What is left at the end belongs to nothing. */
function piecesOf(value: Bdecoded | undefined, size: number): Buffer[] {
  const bytes = value instanceof Buffer ? value : Buffer.alloc(0)
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  )
}

function hostOf(endpoint: Buffer): string {
  return endpoint.subarray(0, 4).join('.')
}

function kindOf(message: BdecodedMap): string {
  return textOf(message.get('y'))
}

function codeOf(error: Bdecoded | undefined): number {
  const [code] = asList(error)
  return typeof code === 'number' ? code : 0
}

function textOf(value: Bdecoded | undefined): string {
  return asBytes(value, 1, maxTransactionBytes)?.toString('latin1') ?? ''
}

function asMap(value: Bdecoded | undefined): BdecodedMap | undefined {
  return value instanceof Map ? value : undefined
}

function asList(value: Bdecoded | undefined): readonly Bdecoded[] {
  return Array.isArray(value) ? value : []
}

function asBytes(value: Bdecoded | undefined, least: number, most: number): Buffer | undefined {
  return value instanceof Buffer && value.length >= least && value.length <= most ? value : undefined
}

function asId(value: Bdecoded | undefined): Buffer | undefined {
  return asBytes(value, idBytes, idBytes)
}

function asPort(value: Bdecoded | undefined): number | undefined {
  return typeof value === 'number' && value >= 1 && value <= 65_535 ? value : undefined
}
