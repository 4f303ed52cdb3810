/** What the messages of a simulated swarm weigh on the line: encoded by the real codec, with length and tag of their frame. */
import type { BlockRuns } from '../core/block-set.ts'
import type { ContentRoot } from '../core/ids.ts'
import { encodeMessage } from '../wire/message-codec.ts'
import { type Message, maxBlockPartBytes } from '../wire/messages.ts'

/** u16 length and AES-GCM tag (P1). */
const frameBytes = 2 + 16
/** Type, request and offset of a block part (P8). */
const blockHeaderBytes = 9
const root = 'ab'.repeat(32) as ContentRoot

function sizeOf(message: Message): number {
  return encodeMessage(message).reduce((sum, part) => sum + part.length, frameBytes)
}

export const haveBytes = sizeOf({ kind: 'have', roots: [root] })
export const cancelBytes = sizeOf({ kind: 'cancel', request: 1000 })

export function requestBytes(block: number, blockBytes: number): number {
  const offsetBytes = block * blockBytes
  return sizeOf({ kind: 'request', request: 1000, root, offsetBytes, lengthBytes: blockBytes })
}

export function progressBytes(runs: BlockRuns, blockCount: number, whole: boolean): number {
  return sizeOf({ kind: 'progress', root, blockCount, whole, runs })
}

/** Of one block, beside its bytes. */
export function blockOverheadBytes(blockBytes: number): number {
  return Math.ceil(blockBytes / maxBlockPartBytes) * (blockHeaderBytes + frameBytes)
}
