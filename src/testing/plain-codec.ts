/**
 * The simplest codec that carries every message: JSON, and the raw bytes of a block behind it. For tests of links, which must not
 * depend on the real one. A kind it does not know is skipped, text that is no message is garbage, as links expect of a codec.
 */
import { SyncError } from '../core/errors.ts'
import type { MessageCodec } from '../net/link.ts'
import type { Message } from '../wire/messages.ts'

const kinds: ReadonlySet<string> = new Set<Message['kind']>([
  'hello',
  'cursor',
  'index',
  'have',
  'block-list-request',
  'block-list',
  'request',
  'block',
  'missing',
  'sums-request',
  'sums',
  'cancel',
  'summary',
  'ping',
  'pong',
  'close',
  'progress',
])
const headerBytes = 4

/** What JSON does not have travels as an object that names it. Reads the raw value: a Buffer would already have turned itself into something else. */
function pack(this: Readonly<Record<string, unknown>>, key: string): unknown {
  const value = this[key]
  if (typeof value === 'bigint') return { $big: value.toString() }
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
  if (value instanceof Map) return { $map: [...value] }
  return value
}

function unpack(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('$bytes' in value) return new Uint8Array(Buffer.from(String(value.$bytes), 'base64'))
  if ('$big' in value) return BigInt(String(value.$big))
  if ('$map' in value) return new Map(value.$map as [unknown, unknown][])
  return value
}

export const plainCodec: MessageCodec = {
  encode(message) {
    const data = message.kind === 'block' ? message.data : new Uint8Array()
    const header = Buffer.from(
      JSON.stringify(message.kind === 'block' ? { ...message, data: undefined } : message, pack),
    )
    const length = Buffer.alloc(headerBytes)
    length.writeUInt32BE(header.length)
    return [length, header, data]
  },
  decode(bytes) {
    try {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      const end = headerBytes + buffer.readUInt32BE()
      const message = JSON.parse(buffer.toString('utf8', headerBytes, end), unpack) as Message
      if (!kinds.has(message.kind)) return undefined
      return message.kind === 'block' ? { ...message, data: buffer.subarray(end) } : message
    } catch (thrown) {
      throw new SyncError('peer-garbage', { reason: 'a message cannot be read' }, { cause: thrown })
    }
  },
}
