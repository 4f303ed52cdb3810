/**
 * What a client and a tracker say to each other over UDP (BEP 15), as values and as bytes: fixed widths, big-endian. Bytes that say nothing
 * of it decode to undefined; what stands behind the fields is ignored. Knows nothing of sockets, and not who may ask.
 */

/** In the order of their numbers. */
const events = ['none', 'completed', 'started', 'stopped'] as const
export type AnnounceEvent = (typeof events)[number]

/** What one client says of itself in one swarm. */
export interface Announce {
  /** 20 bytes. */
  readonly infoHash: Buffer
  /** 20 bytes. */
  readonly peerId: Buffer
  /** A 32-bit number by which a tracker knows a client again at another address. */
  readonly key: number
  readonly port: number
  /** Bytes it lacks; 0 makes it a seeder. */
  readonly left: number
  readonly event: AnnounceEvent
  /** Addresses it would like. */
  readonly wanted: number
}

/** A number of 32 bits the asker chose: only the answer to this question has it too. */
type Transaction = number

export type UdpRequest =
  | { readonly kind: 'connect'; readonly transaction: Transaction }
  | {
      readonly kind: 'announce'
      readonly transaction: Transaction
      readonly connectionId: Buffer
      readonly announce: Announce
    }
  | {
      readonly kind: 'scrape'
      readonly transaction: Transaction
      readonly connectionId: Buffer
      readonly infoHashes: readonly Buffer[]
    }

export interface SwarmCounts {
  readonly seeders: number
  readonly leechers: number
}

export type UdpAnswer =
  | { readonly kind: 'connect'; readonly transaction: Transaction; readonly connectionId: Buffer }
  | {
      readonly kind: 'announce'
      readonly transaction: Transaction
      readonly intervalSeconds: number
      readonly counts: SwarmCounts
      /** Compact addresses, of the family the question came by. */
      readonly peers: Buffer
    }
  | { readonly kind: 'scrape'; readonly transaction: Transaction; readonly swarms: readonly SwarmCounts[] }
  | { readonly kind: 'error'; readonly transaction: Transaction; readonly reason: Buffer }

const actions = { connect: 0, announce: 1, scrape: 2, error: 3 } as const
/** Begins a question from a client that has no connection id yet. */
const magic = Buffer.from('0000041727101980', 'hex')
export const connectionIdBytes = 8
const hashBytes = 20
const headerBytes = 16
const announceBytes = 98
const announcedBytes = 20
/** As many swarms as a packet of usual size has room for. */
const maxScraped = 70

export function encodeUdpRequest(request: UdpRequest): Buffer {
  const header = Buffer.alloc(headerBytes)
  if (request.kind === 'connect') magic.copy(header)
  else request.connectionId.copy(header)
  header.writeUInt32BE(actions[request.kind], 8)
  header.writeUInt32BE(request.transaction, 12)
  switch (request.kind) {
    case 'connect':
      return header
    case 'announce':
      return Buffer.concat([header, announceFields(request.announce)])
    case 'scrape':
      return Buffer.concat([header, ...request.infoHashes])
  }
}

function announceFields({ infoHash, peerId, key, port, left, event, wanted }: Announce): Buffer {
  const fields = Buffer.alloc(announceBytes - headerBytes)
  infoHash.copy(fields, 0)
  peerId.copy(fields, 20)
  // Downloaded at 40, uploaded at 56 and the address at 68 stay 0: nobody's business, and the tracker sees the address.
  fields.writeBigUInt64BE(BigInt(left), 48)
  fields.writeUInt32BE(events.indexOf(event), 64)
  fields.writeUInt32BE(key, 72)
  fields.writeUInt32BE(wanted, 76)
  fields.writeUInt16BE(port, 80)
  return fields
}

export function decodeUdpRequest(bytes: Buffer): UdpRequest | undefined {
  if (bytes.length < headerBytes) return undefined
  const connectionId = bytes.subarray(0, connectionIdBytes)
  const transaction = bytes.readUInt32BE(12)
  switch (bytes.readUInt32BE(8)) {
    case actions.connect:
      return connectionId.equals(magic) ? { kind: 'connect', transaction } : undefined
    case actions.announce: {
      const announce = bytes.length < announceBytes ? undefined : readAnnounce(bytes.subarray(headerBytes))
      return announce && { kind: 'announce', transaction, connectionId, announce }
    }
    case actions.scrape: {
      const count = Math.min(maxScraped, Math.floor((bytes.length - headerBytes) / hashBytes))
      const infoHashes = Array.from({ length: count }, (_, index) => {
        const from = headerBytes + index * hashBytes
        return bytes.subarray(from, from + hashBytes)
      })
      return { kind: 'scrape', transaction, connectionId, infoHashes }
    }
    default:
      return undefined
  }
}

function readAnnounce(fields: Buffer): Announce | undefined {
  const event = events[fields.readUInt32BE(64)]
  const port = fields.readUInt16BE(80)
  if (event === undefined || port === 0) return undefined
  return {
    infoHash: fields.subarray(0, 20),
    peerId: fields.subarray(20, 40),
    left: Number(fields.readBigUInt64BE(48)),
    event,
    key: fields.readUInt32BE(72),
    wanted: fields.readUInt32BE(76),
    port,
  }
}

export function encodeUdpAnswer(answer: UdpAnswer): Buffer {
  switch (answer.kind) {
    case 'connect':
      return Buffer.concat([words(actions.connect, answer.transaction), answer.connectionId])
    case 'announce': {
      const { seeders, leechers } = answer.counts
      const head = words(actions.announce, answer.transaction, answer.intervalSeconds, leechers, seeders)
      return Buffer.concat([head, answer.peers])
    }
    case 'scrape': {
      // How often it was downloaded whole is what nobody counts.
      const counts = answer.swarms.flatMap(({ seeders, leechers }) => [seeders, 0, leechers])
      return words(actions.scrape, answer.transaction, ...counts)
    }
    case 'error':
      return Buffer.concat([words(actions.error, answer.transaction), answer.reason])
  }
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4)
  return bytes
}

export function decodeUdpAnswer(bytes: Buffer): UdpAnswer | undefined {
  if (bytes.length < 8) return undefined
  const transaction = bytes.readUInt32BE(4)
  switch (bytes.readUInt32BE(0)) {
    case actions.connect:
      if (bytes.length < 16) return undefined
      return { kind: 'connect', transaction, connectionId: bytes.subarray(8, 8 + connectionIdBytes) }
    case actions.announce:
      if (bytes.length < announcedBytes) return undefined
      return {
        kind: 'announce',
        transaction,
        intervalSeconds: bytes.readUInt32BE(8),
        counts: { leechers: bytes.readUInt32BE(12), seeders: bytes.readUInt32BE(16) },
        peers: bytes.subarray(announcedBytes),
      }
    case actions.scrape: {
      const count = Math.min(maxScraped, Math.floor((bytes.length - 8) / 12))
      const swarms = Array.from({ length: count }, (_, index) => {
        const from = 8 + index * 12
        return { seeders: bytes.readUInt32BE(from), leechers: bytes.readUInt32BE(from + 8) }
      })
      return { kind: 'scrape', transaction, swarms }
    }
    case actions.error:
      return { kind: 'error', transaction, reason: bytes.subarray(8) }
    default:
      return undefined
  }
}
