/**
 * The checks every decoder of this directory shares. What a peer sent is either exactly what the rules allow, or the link ends with
 * `peer-garbage` and the reason; nothing is repaired or guessed.
 */
import type { DescMessage, MessageShape } from '@bufbuild/protobuf'
import { fromBinary } from '@bufbuild/protobuf'
import { reasonOf, SyncError } from '../core/errors.ts'
import { bytesToId } from '../core/ids.ts'
import { type RelPath, textToPath } from '../core/path.ts'

/** Gives up on what a peer sent. */
export function garbage(reason: string, cause?: unknown): never {
  throw new SyncError('peer-garbage', { reason }, { cause })
}

/** Reads a protobuf message. Its byte fields are views of `bytes`. */
export function parse<Desc extends DescMessage>(schema: Desc, bytes: Uint8Array): MessageShape<Desc> {
  try {
    return fromBinary(schema, bytes, { readUnknownFields: false })
  } catch (thrown) {
    return garbage(`a ${schema.name} cannot be read: ${reasonOf(thrown)}`, thrown)
  }
}

type IdType = Parameters<typeof bytesToId>[0]
type IdOf<T extends IdType> = NonNullable<ReturnType<typeof bytesToId<T>>>

export function checkedId<T extends IdType>(type: T, bytes: Uint8Array): IdOf<T> {
  return bytesToId(type, bytes) ?? garbage(`a ${type} has ${bytes.length} bytes`)
}

/** Bytes of exactly that length. */
export function checkedBytes(what: string, bytes: Uint8Array, length: number): Uint8Array {
  return bytes.length === length ? bytes : garbage(`${what} has ${bytes.length} bytes`)
}

/** A whole number from `least` to `most`, which both are safe integers. */
export function checkedNumber(what: string, value: bigint | number, least: number, most: number): number {
  const number = Number(value)
  return number >= least && number <= most ? number : garbage(`${what} is ${value}`)
}

export function checkedPath(text: string): RelPath {
  return textToPath(text) ?? garbage('a path is not allowed')
}

/** Bytes made of whole pieces, at most so many. Returns how many. */
export function checkedPieces(what: string, bytes: Uint8Array, pieceBytes: number, most: number): number {
  const count = bytes.length / pieceBytes
  return Number.isInteger(count) && count <= most ? count : garbage(`${what} have ${bytes.length} bytes`)
}
