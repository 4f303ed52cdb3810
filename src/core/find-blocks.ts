/**
 * Finds blocks of a new version in an old file: where they always were, or at any offset. Reads the old file and writes what it found by
 * asking whoever runs it, so that the same steps go through a worker's descriptors and a disk in memory. Nothing counts before its SHA-256
 * is right; sums of a peer that lies cost a bounded amount of hashing and nothing else.
 */
import { blockCount, blockHashBytes, blockHashOf, blockRange } from './blocks.ts'
import {
  createSumFilter,
  rollOnce,
  rollToMark,
  strongSumOf,
  sumAt,
  weakSumOf,
  windowBytes,
} from './rolling-sum.ts'

/** Blocks of a file that are wanted. */
export interface WantedBlocks {
  readonly sizeBytes: number
  readonly blockSizeBytes: number
  /** The block list of the file. */
  readonly hashes: Uint8Array
  /** Which blocks, in rising order. */
  readonly numbers: readonly number[]
}

/** A part of an old file. */
export interface Stretch {
  readonly fromBytes: number
  readonly toBytes: number
}

/** How to recognise wanted blocks at any offset. */
export interface BlockSigns {
  /** The sums of the wanted blocks, one after another. */
  readonly sums: Uint8Array
  /** Where in the old file wanted blocks may begin, in rising order and apart. */
  readonly stretches: readonly Stretch[]
}

/** What a search asks for: bytes of the old file, answered by how many there were, or a place of the new one to be written. */
export type Access =
  | { readonly kind: 'read'; readonly into: Uint8Array; readonly offsetBytes: number }
  | { readonly kind: 'write'; readonly data: Uint8Array; readonly offsetBytes: number }

type Steps<T> = Generator<Access, T, number>

/** Large reads are what disks like. */
const pieceBytes = 1024 ** 2
/** Blocks' lengths hashed in vain for the sake of one wanted block, before it is looked for no more. */
const maxVainBlocks = 2
/** What a window hashed in vain counts for: more than its length, because beginning a hash takes time, too. */
const vainWindowBytes = 4 * windowBytes
/** Blocks' lengths without a find after which only samples are looked at: what is entirely new should not cost a look at every byte. */
const patienceBlocks = 64
/** Whatever survived in one piece has a block beginning in any stretch of a block's length, so no piece as long as a leap is missed. */
const sampleBlocks = 2
const leapBlocks = 6

/** The parts of an old file of this size that lie beside the blocks which are the same in place: where anything else may have gone. */
export function stretchesBeside(
  inPlace: ReadonlySet<number>,
  oldSizeBytes: number,
  blockSizeBytes: number,
): Stretch[] {
  const stretches: Stretch[] = []
  const count = blockCount(oldSizeBytes, blockSizeBytes)
  for (let number = 0; number < count; number += 1) {
    if (inPlace.has(number)) continue
    const fromBytes = number * blockSizeBytes
    while (number < count && !inPlace.has(number)) number += 1
    // No whole block begins where less than one is left.
    if (fromBytes + blockSizeBytes <= oldSizeBytes)
      stretches.push({ fromBytes, toBytes: Math.min(number * blockSizeBytes, oldSizeBytes) })
  }
  return stretches
}

/** Looks for blocks at the offset they are to have. Returns the numbers of those that were found and written. */
export function* findInPlace(wanted: WantedBlocks, oldSizeBytes: number): Steps<readonly number[]> {
  const search = createSearch(wanted, oldSizeBytes)
  for (const number of wanted.numbers) yield* search.takeIf(number, number * wanted.blockSizeBytes)
  return search.found
}

/** Looks for blocks at any offset in some stretches. Returns the numbers of those that were found and written. */
export function* findAnywhere(
  wanted: WantedBlocks,
  oldSizeBytes: number,
  signs: BlockSigns,
): Steps<readonly number[]> {
  const search = createSearch(wanted, oldSizeBytes)
  const signTable = createSignTable(wanted, signs.sums)
  for (const stretch of signs.stretches)
    yield* findInStretch(wanted, oldSizeBytes, stretch, search, signTable)
  return search.found
}

function* findInStretch(
  { blockSizeBytes }: WantedBlocks,
  oldSizeBytes: number,
  stretch: Stretch,
  search: Search,
  signTable: SignTable,
): Steps<void> {
  // The byte behind a window is needed to roll on from it.
  const endBytes = Math.min(stretch.toBytes, oldSizeBytes - windowBytes)
  let atBytes = stretch.fromBytes
  let matchedToBytes = 0
  let rolledFromBytes = atBytes
  let sampleEndBytes = atBytes + patienceBlocks * blockSizeBytes
  while (atBytes < endBytes && search.isWanting()) {
    if (atBytes >= sampleEndBytes) {
      atBytes += leapBlocks * blockSizeBytes
      rolledFromBytes = atBytes
      sampleEndBytes = atBytes + sampleBlocks * blockSizeBytes
      continue
    }
    const bytes = yield* search.read(atBytes, atBytes + windowBytes + 1)
    if (bytes === undefined) return
    const lengthBytes = Math.min(bytes.length - windowBytes, Math.min(endBytes, sampleEndBytes) - atBytes)
    const { at, candidates } = nextCandidate(bytes, lengthBytes, signTable, search)
    atBytes += at
    if (candidates === undefined) continue
    const number = yield* search.takeOneOf(candidates.numbers, atBytes)
    if (number === undefined) {
      candidates.sign.vainBytesLeft -= blockSizeBytes
      atBytes += 1
      continue
    }
    const matchedFromBytes = atBytes
    atBytes += search.lengthOf(number)
    for (let next = number + 1; yield* search.takeIf(next, atBytes); next += 1)
      atBytes += search.lengthOf(next)
    // Blocks in front of it that begin where nobody looked.
    let before = matchedFromBytes - blockSizeBytes
    for (let previous = number - 1; before >= matchedToBytes && before < rolledFromBytes; previous -= 1) {
      if (!(yield* search.takeIf(previous, before))) break
      before -= blockSizeBytes
    }
    matchedToBytes = atBytes
    rolledFromBytes = atBytes
    sampleEndBytes = atBytes + patienceBlocks * blockSizeBytes
  }
}

// ---- what is wanted -----------------------------------------------------------------------------------------------------

interface Search {
  readonly found: readonly number[]
  isWanting(): boolean
  stillWants(number: number): boolean
  lengthOf(number: number): number
  /** Bytes of the old file from there on, at least up to `toBytes`; undefined where it ends before. Good until the next call. */
  read(fromBytes: number, toBytes: number): Steps<Uint8Array | undefined>
  /** Takes a block if it is wanted and lies there. */
  takeIf(number: number, offsetBytes: number): Steps<boolean>
  /** Takes whichever of these blocks, in rising order, lies there. */
  takeOneOf(numbers: readonly number[], offsetBytes: number): Steps<number | undefined>
}

function createSearch(
  { sizeBytes, blockSizeBytes, hashes, numbers }: WantedBlocks,
  oldSizeBytes: number,
): Search {
  const wanted = new Set(numbers)
  const found: number[] = []
  // A block, what is read ahead, and as much again, so that bytes are seldom moved.
  const buffer = Buffer.allocUnsafeSlow(Math.min(2 * blockSizeBytes + pieceBytes, oldSizeBytes))
  let bufferAtBytes = 0
  let filledBytes = 0
  const numbersByHash = new Map<string, number[]>()
  for (const number of numbers) {
    const same = numbersByHash.get(hashOf(number))
    if (same === undefined) numbersByHash.set(hashOf(number), [number])
    else same.push(number)
  }

  function hashOf(number: number): string {
    return Buffer.from(hashes.buffer, hashes.byteOffset + number * blockHashBytes, blockHashBytes).toString(
      'latin1',
    )
  }

  function lengthOf(number: number): number {
    return blockRange(number, sizeBytes, blockSizeBytes).lengthBytes
  }

  function* read(fromBytes: number, toBytes: number): Steps<Uint8Array | undefined> {
    if (toBytes > oldSizeBytes) return undefined
    if (fromBytes < bufferAtBytes || fromBytes > bufferAtBytes + filledBytes) {
      bufferAtBytes = fromBytes
      filledBytes = 0
    } else if (toBytes - bufferAtBytes > buffer.length) {
      buffer.copyWithin(0, fromBytes - bufferAtBytes, filledBytes)
      filledBytes -= fromBytes - bufferAtBytes
      bufferAtBytes = fromBytes
    }
    for (;;) {
      const nextBytes = bufferAtBytes + filledBytes
      if (nextBytes >= toBytes) return buffer.subarray(fromBytes - bufferAtBytes, filledBytes)
      const endBytes = Math.min(filledBytes + Math.max(pieceBytes, toBytes - nextBytes), buffer.length)
      const into = buffer.subarray(filledBytes, Math.min(endBytes, oldSizeBytes - bufferAtBytes))
      const gotBytes = yield { kind: 'read', into, offsetBytes: nextBytes }
      if (gotBytes === 0) return undefined
      filledBytes += gotBytes
    }
  }

  /** The hash of so many bytes there, and the bytes. */
  function* hashAt(offsetBytes: number, lengthBytes: number) {
    const bytes = yield* read(offsetBytes, offsetBytes + lengthBytes)
    if (bytes === undefined) return undefined
    const data = bytes.subarray(0, lengthBytes)
    return { data, hash: blockHashOf(data).toString('latin1') }
  }

  /** Writes a block to every place where it is wanted. */
  function* take(hash: string, data: Uint8Array): Steps<void> {
    for (const number of numbersByHash.get(hash)!) {
      if (!wanted.delete(number)) continue
      yield { kind: 'write', data, offsetBytes: number * blockSizeBytes }
      found.push(number)
    }
  }

  return {
    found,
    lengthOf,
    read,
    isWanting: () => wanted.size > 0,
    stillWants: (number) => wanted.has(number),
    *takeIf(number, offsetBytes) {
      if (!wanted.has(number)) return false
      const there = yield* hashAt(offsetBytes, lengthOf(number))
      if (there === undefined || there.hash !== hashOf(number)) return false
      yield* take(there.hash, there.data)
      return true
    },
    *takeOneOf(candidates, offsetBytes) {
      // Only the last block of a file can have another length.
      for (const lengthBytes of new Set([candidates[0]!, candidates.at(-1)!].map(lengthOf))) {
        const there = yield* hashAt(offsetBytes, lengthBytes)
        const number = there && numbersByHash.get(there.hash)?.find((same) => wanted.has(same))
        if (number === undefined) continue
        yield* take(there!.hash, there!.data)
        return number
      }
      return undefined
    },
  }
}

// ---- by which signs -----------------------------------------------------------------------------------------------------

/** Blocks whose windows have the same weak sum. */
interface Sign {
  /** In rising order, by the strong sum; those found meanwhile may be among them, but not last. */
  readonly numbersByStrong: Map<string, number[]>
  /** What may still be hashed because of it without finding anything. */
  vainBytesLeft: number
}

type SignTable = ReturnType<typeof createSignTable>

function createSignTable({ sizeBytes, blockSizeBytes, numbers }: WantedBlocks, sums: Uint8Array) {
  const signByWeak = new Map<number, Sign>()
  for (const [index, number] of numbers.entries()) {
    // One that ends before its window does is found behind the block before it, or not at all.
    if (blockRange(number, sizeBytes, blockSizeBytes).lengthBytes < windowBytes) continue
    const { weak, strong } = sumAt(sums, index)
    const sign: Sign = signByWeak.get(weak) ?? { numbersByStrong: new Map(), vainBytesLeft: 0 }
    const key = strong.toString('latin1')
    const same = sign.numbersByStrong.get(key)
    if (same === undefined) sign.numbersByStrong.set(key, [number])
    else same.push(number)
    sign.vainBytesLeft += maxVainBlocks * blockSizeBytes
    signByWeak.set(weak, sign)
  }
  return { signByWeak, filter: createSumFilter(signByWeak.keys(), signByWeak.size) }
}

/** The first of so many places in these bytes where a wanted block seems to begin, or the end of them. */
function nextCandidate(
  bytes: Uint8Array,
  lengthBytes: number,
  { signByWeak, filter }: SignTable,
  search: Search,
): {
  readonly at: number
  readonly candidates: { readonly sign: Sign; readonly numbers: readonly number[] } | undefined
} {
  const window = { at: 0, sum: weakSumOf(bytes, 0) }
  while (rollToMark(window, bytes, lengthBytes, filter)) {
    const sign = signByWeak.get(window.sum)
    if (sign !== undefined && sign.vainBytesLeft <= 0) signByWeak.delete(window.sum)
    else if (sign !== undefined) {
      const key = strongSumOf(bytes.subarray(window.at, window.at + windowBytes)).toString('latin1')
      const numbers = sign.numbersByStrong.get(key) ?? []
      while (numbers.length > 0 && !search.stillWants(numbers.at(-1)!)) numbers.pop()
      if (numbers.length > 0) return { at: window.at, candidates: { sign, numbers } }
      sign.vainBytesLeft -= vainWindowBytes
    }
    rollOnce(window, bytes)
  }
  return { at: window.at, candidates: undefined }
}
