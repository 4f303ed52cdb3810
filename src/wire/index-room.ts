/**
 * How much fits into one `index` message, told without encoding anything: whoever fills one adds up what its parts take.
 * Follows the layout of `Index` in `berrysync.proto`.
 */
import { ed25519KeyBytes } from '../core/ed25519.ts'
import type { SignedStatement } from '../core/statement.ts'
import { type IndexEntry, maxMessageBytes } from './messages.ts'

/** Room for statements and entries in one index message: type byte, index id, last sequence and `complete` need the rest. */
export const indexRoomBytes = maxMessageBytes - 1 - 10 - 11 - 2

/** What an entry takes of `indexRoomBytes`. */
export function entryBytes({ record: { body, proof }, have }: IndexEntry): number {
  return fieldBytes(
    fieldBytes(body.length) +
      fieldBytes(ed25519KeyBytes) +
      (proof.index === 0 ? 0 : 1 + varintBytes(proof.index)) +
      (1 + varintBytes(proof.count)) +
      (proof.siblings.length === 0 ? 0 : fieldBytes(proof.siblings.length)) +
      fieldBytes(proof.signature.length) +
      (have ? 2 : 0),
  )
}

/** What a statement takes of `indexRoomBytes`. */
export function statementBytes({ body, signature }: SignedStatement): number {
  return fieldBytes(fieldBytes(body.length) + fieldBytes(signature.length))
}

/** A field of this many bytes with its tag and length. */
function fieldBytes(length: number): number {
  return 1 + varintBytes(length) + length
}

function varintBytes(value: number): number {
  return value < 2 ** 7 ? 1 : value < 2 ** 14 ? 2 : 3
}
