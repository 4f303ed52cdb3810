/**
 * Inputs made of other inputs: bits, bytes, numbers, lengths and words changed, pieces repeated, cut, moved and taken from elsewhere. The same
 * seed makes the same inputs (I12).
 */
import type { SeededChance } from './seeded-chance.ts'

/** Words that have spoilt decoders of all kinds: names every object has, numbers at the ends of their range, broken Unicode, long varints. */
const evilWords: readonly Uint8Array[] = [
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '../',
    '..',
    '/',
    '\\',
    '\0',
    '%00',
    '%',
    '"',
  ],
  ...[
    '\r\n',
    '\n',
    ' ',
    '-',
    '-1',
    '0',
    '1e309',
    'NaN',
    '9007199254740993',
    '18446744073709551616',
    '{',
    '[',
  ],
  ...['\u202e', '\ufeff', 'e\u0301', '\u0130', '\ufb01', '\u{1f600}', '<', '&', '://', '=', ';', ',', ':'],
].map((word) => Buffer.from(word))
const evilBytes: readonly Uint8Array[] = [
  'eda080',
  'ff',
  'ffd800',
  'ffdc00',
  'ffffffff',
  'ffffffffffffffffff01',
  '808080808000',
  '7fffffff',
  '80000000',
  '0000',
].map((hex) => Buffer.from(hex, 'hex'))

const evilNumbers = [
  0, 1, 2, 7, 8, 15, 16, 31, 32, 63, 64, 100, 127, 128, 255, 256, 1000, 1024, 4096, 32767, 32768, 65535,
]
/** A piece may be repeated so often at once. */
const maxRepeats = 4096

export interface Mutation {
  readonly chance: SeededChance
  readonly words: readonly Uint8Array[]
  readonly maxBytes: number
  /** Another known input. */
  readonly other: () => Uint8Array
}

export function wordsOf(words: readonly string[]): readonly Uint8Array[] {
  return [...evilWords, ...evilBytes, ...words.map((word) => Buffer.from(word))]
}

/** A changed copy. */
export function mutate(input: Uint8Array, mutation: Mutation): Buffer {
  let bytes: Buffer = Buffer.from(input)
  const changes = 1 + mutation.chance.below(mutation.chance.happens(0.7) ? 3 : 12)
  for (let change = 0; change < changes; change += 1) bytes = mutation.chance.pick(ways)(bytes, mutation)
  return bytes.length > mutation.maxBytes ? bytes.subarray(0, mutation.maxBytes) : bytes
}

type Way = (bytes: Buffer, mutation: Mutation) => Buffer

const ways: readonly Way[] = [
  (bytes, { chance }) => {
    if (bytes.length > 0) bytes[chance.below(bytes.length)]! ^= 1 << chance.below(8)
    return bytes
  },
  (bytes, { chance }) => {
    if (bytes.length > 0) bytes[chance.below(bytes.length)] = chance.below(256)
    return bytes
  },
  (bytes, { chance }) => {
    const at = chance.below(bytes.length + 1)
    const wide = chance.pick([1, 2, 4] as const)
    if (at + wide > bytes.length) return bytes
    const number = chance.happens(0.5)
      ? chance.pick(evilNumbers)
      : bytes.readUIntBE(at, wide) + chance.below(17) - 8
    const value = ((number % 256 ** wide) + 256 ** wide) % 256 ** wide
    if (chance.happens(0.7)) bytes.writeUIntBE(value, at, wide)
    else bytes.writeUIntLE(value, at, wide)
    return bytes
  },
  // A number in digits.
  (bytes, { chance }) => {
    const runs = [...bytes.toString('latin1').matchAll(/\d+/g)]
    if (runs.length === 0) return bytes
    const { 0: digits, index } = chance.pick(runs)
    const number = chance.happens(0.5) ? chance.pick(evilNumbers) : Number(digits) + chance.below(5) - 2
    return replaced(bytes, index, digits.length, Buffer.from(`${number}`))
  },
  (bytes, { chance }) =>
    replaced(bytes, chance.below(bytes.length + 1), 0, chance.bytes(1 + chance.below(8))),
  (bytes, { chance, words }) => replaced(bytes, chance.below(bytes.length + 1), 0, chance.pick(words)),
  (bytes, { chance, words }) => {
    const word = chance.pick(words)
    return replaced(bytes, chance.below(bytes.length + 1), word.length, word)
  },
  (bytes, { chance }) => replaced(bytes, ...piece(bytes, chance), Buffer.alloc(0)),
  (bytes, { chance }) => bytes.subarray(0, chance.below(bytes.length + 1)),
  // A piece again somewhere else.
  (bytes, { chance }) => {
    const [from, length] = piece(bytes, chance)
    return replaced(
      bytes,
      chance.below(bytes.length + 1),
      0,
      Buffer.from(bytes.subarray(from, from + length)),
    )
  },
  // A piece again and again: what costs the square of its length shows only when it is long.
  (bytes, { chance, maxBytes }) => {
    const [from, length] = piece(bytes, chance)
    if (length === 0 || !chance.happens(0.3)) return bytes
    const room = Math.max(0, maxBytes - bytes.length)
    const times = Math.min(1 + chance.below(chance.pick([8, 64, maxRepeats])), Math.floor(room / length))
    return replaced(bytes, from, 0, Buffer.alloc(times * length, bytes.subarray(from, from + length)))
  },
  // A piece of another input.
  (bytes, { chance, other }) => {
    const theirs = other()
    const [from, length] = piece(theirs, chance)
    const isOver = chance.happens(0.5)
    const taken = theirs.subarray(from, from + length)
    return replaced(bytes, chance.below(bytes.length + 1), isOver ? length : 0, taken)
  },
]

/** Where a piece begins and how long it is: mostly short. */
function piece(bytes: Uint8Array, chance: SeededChance): [number, number] {
  const from = chance.below(bytes.length + 1)
  const most = chance.happens(0.8) ? Math.min(32, bytes.length - from) : bytes.length - from
  return [from, chance.below(most + 1)]
}

function replaced(bytes: Buffer, at: number, length: number, by: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(at + length)])
}
