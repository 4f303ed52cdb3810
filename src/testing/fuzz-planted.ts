/** Decoders with mistakes in them, made on purpose: each has to be found, or the fuzzer finds nothing at all. */
import { SyncError } from '../core/errors.ts'
import type { FuzzTarget } from './fuzz-target.ts'

function refuse(reason: string): never {
  throw new SyncError('peer-garbage', { reason })
}

/** Four bytes that chance hardly comes upon at once; each that is right opens a little more. */
function openLock(bytes: Buffer): void {
  if (bytes[0] !== 0x42) refuse('no B')
  if (bytes[1]! < 0xf0) refuse('too old')
  if (bytes[2] !== 0x07) refuse('no version')
  if (bytes[3]! % 32 !== 9) refuse('no kind')
}

const seeds = () => [Buffer.alloc(5)]

export const plantedTargets: readonly FuzzTarget[] = [
  {
    name: 'planted-error',
    ...{ seeds, maxBytes: 64 },
    run(bytes) {
      openLock(bytes)
      throw new TypeError('reached')
    },
  },
  {
    name: 'planted-allocation',
    ...{ seeds, maxBytes: 64 },
    run(bytes) {
      openLock(bytes)
      if (bytes.length < 8) refuse('too short')
      // Believed before it is looked at.
      Buffer.alloc(bytes.readUInt32BE(4) % 2 ** 28)
    },
  },
  {
    name: 'planted-square',
    ...{ seeds, maxBytes: 16_384 },
    run(bytes) {
      let pairs = 0
      for (const one of bytes)
        for (const other of bytes) for (let step = 0; step < 16; step += 1) pairs += one ^ other ^ step
      if (pairs < 0) refuse('never')
    },
  },
  {
    name: 'planted-loop',
    ...{ seeds, maxBytes: 64 },
    run(bytes) {
      openLock(bytes)
      for (let at = 4; ; ) {
        const step = bytes[at] ?? refuse('cut off')
        // A step of nothing never ends.
        at += step
      }
    },
  },
  {
    name: 'planted-property',
    ...{ seeds, maxBytes: 64 },
    run(bytes) {
      openLock(bytes)
      if (bytes.subarray(4, 5).toString('utf8').length > 0 && bytes[4]! >= 0x80)
        throw new Error('decoded otherwise')
    },
  },
]
