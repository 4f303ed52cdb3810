/** Runs a search for blocks over bytes in memory, and counts what it reads. */
import { createHash } from 'node:crypto'
import { blockCount } from '../core/blocks.ts'
import type { Access, WantedBlocks } from '../core/find-blocks.ts'
import { sha256 } from '../core/ids.ts'
import { sumOf, windowBytes } from '../core/rolling-sum.ts'

export interface SearchRun {
  readonly found: readonly number[]
  /** What was written, and zeros elsewhere. */
  readonly stage: Buffer
  readonly readBytes: number
}

export function runSearch(
  search: Generator<Access, readonly number[], number>,
  old: Uint8Array,
  sizeBytes: number,
): SearchRun {
  const stage = Buffer.alloc(sizeBytes)
  let readBytes = 0
  let step = search.next()
  while (!step.done) {
    if (step.value.kind === 'write') {
      stage.set(step.value.data, step.value.offsetBytes)
      step = search.next(0)
      continue
    }
    const part = old.subarray(step.value.offsetBytes, step.value.offsetBytes + step.value.into.length)
    step.value.into.set(part)
    readBytes += part.length
    step = search.next(part.length)
  }
  return { found: step.value, stage, readBytes }
}

/** All blocks of a content, or some of them, as they are wanted by who lacks it. */
export function wantedOf(
  content: Uint8Array,
  blockSizeBytes: number,
  numbers: readonly number[] = numbersOf(content.length, blockSizeBytes),
): WantedBlocks {
  const hashes = Buffer.concat(
    numbersOf(content.length, blockSizeBytes).map((number) =>
      sha256(blockAt(content, blockSizeBytes, number)),
    ),
  )
  return { sizeBytes: content.length, blockSizeBytes, hashes, numbers }
}

/** The sums of some blocks, as who has the content tells them. */
export function sumsOf(content: Uint8Array, blockSizeBytes: number, numbers: readonly number[]): Buffer {
  return Buffer.concat(
    numbers.map((number) => sumOf(blockAt(content, blockSizeBytes, number).subarray(0, windowBytes))),
  )
}

export function blockAt(content: Uint8Array, blockSizeBytes: number, number: number): Uint8Array {
  return content.subarray(number * blockSizeBytes, (number + 1) * blockSizeBytes)
}

/** Bytes nothing repeats in, the same for the same name. */
export function noise(lengthBytes: number, name: string): Buffer {
  const long = createHash('shake256', { outputLength: Math.max(1, lengthBytes) })
    .update(name)
    .digest()
  return long.subarray(0, lengthBytes)
}

export function numbersOf(sizeBytes: number, blockSizeBytes: number): number[] {
  return Array.from({ length: blockCount(sizeBytes, blockSizeBytes) }, (_, number) => number)
}
