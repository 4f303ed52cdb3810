/**
 * Bencoding, the encoding of BitTorrent's protocols (BEP 3), for bytes that strangers send: one pass that never goes back, nothing
 * allocated that is longer than what came in, and an end to nesting. Libraries for it can be made to loop for ever by four bytes.
 */

/** Text is written as its UTF-8 bytes; what is read are always bytes. */
export type Bencode = number | string | Uint8Array | readonly Bencode[] | { readonly [key: string]: Bencode }

/** Keys are bytes as Latin-1 text. A map, so that no key means anything to the language. */
export type Bdecoded = number | Buffer | readonly Bdecoded[] | BdecodedMap
export type BdecodedMap = ReadonlyMap<string, Bdecoded>

/** Deeper than anything that is said in these protocols. */
const maxDepth = 8
/** Digits of the length of bytes, and of a number that is exact. */
const maxLengthDigits = 8
const maxNumberDigits = 15

const code = (character: string): number => character.charCodeAt(0)
const [integer, list, dictionary, end] = [code('i'), code('l'), code('d'), code('e')]
const [colon, minus, zero, nine] = [code(':'), code('-'), code('0'), code('9')]

/** What exactly these bytes say; undefined when they are no bencoding, or one with a key twice. Bytes in it are views of `bytes`. */
export function decodeBencode(bytes: Uint8Array): Bdecoded | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0

  function readDigits(maxDigits: number): number | undefined {
    const from = at
    let value = 0
    for (; buffer[at]! >= zero && buffer[at]! <= nine; at += 1) {
      if (at - from === maxDigits) return undefined
      value = value * 10 + buffer[at]! - zero
    }
    return at === from ? undefined : value
  }

  function readBytes(): Buffer | undefined {
    const length = readDigits(maxLengthDigits)
    if (length === undefined || buffer[at] !== colon || length > buffer.length - at - 1) return undefined
    const from = at + 1
    at = from + length
    return buffer.subarray(from, at)
  }

  function readInteger(): number | undefined {
    const sign = buffer[at] === minus ? -1 : 1
    if (sign === -1) at += 1
    const value = readDigits(maxNumberDigits)
    if (value === undefined || buffer[at] !== end) return undefined
    at += 1
    return value === 0 ? 0 : sign * value
  }

  function readList(depth: number): Bdecoded[] | undefined {
    const items: Bdecoded[] = []
    while (buffer[at] !== end) {
      const item = readValue(depth)
      if (item === undefined) return undefined
      items.push(item)
    }
    at += 1
    return items
  }

  function readDictionary(depth: number): BdecodedMap | undefined {
    const map = new Map<string, Bdecoded>()
    while (buffer[at] !== end) {
      const key = readBytes()?.toString('latin1')
      const value = key === undefined ? undefined : readValue(depth)
      if (key === undefined || value === undefined || map.has(key)) return undefined
      map.set(key, value)
    }
    at += 1
    return map
  }

  function readValue(depth: number): Bdecoded | undefined {
    const kind = buffer[at]
    if (kind !== integer && kind !== list && kind !== dictionary) return readBytes()
    at += 1
    if (kind === integer) return readInteger()
    if (depth === maxDepth) return undefined
    return kind === list ? readList(depth + 1) : readDictionary(depth + 1)
  }

  const value = readValue(0)
  return at === buffer.length ? value : undefined
}

/** Keys have to be ASCII; numbers whole. */
export function encodeBencode(value: Bencode): Buffer {
  if (typeof value === 'number') return Buffer.from(`i${value}e`)
  if (typeof value === 'string') return encodeBencode(Buffer.from(value))
  if (value instanceof Uint8Array) return Buffer.concat([Buffer.from(`${value.length}:`), value])
  if (isList(value)) return Buffer.concat([Buffer.from('l'), ...value.map(encodeBencode), Buffer.from('e')])
  // Sorted, as the encoding demands.
  const entries = Object.keys(value)
    .sort()
    .flatMap((key) => [encodeBencode(key), encodeBencode(value[key]!)])
  return Buffer.concat([Buffer.from('d'), ...entries, Buffer.from('e')])
}

function isList(value: Bencode): value is readonly Bencode[] {
  return Array.isArray(value)
}
