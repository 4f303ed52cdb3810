/**
 * How a block is recognised at any offset of another file (P13): by a sum of its first bytes, its window, that follows the window from
 * byte to byte at the price of one multiplication, and by some bytes of a real hash of it. Neither proves anything: what is recognised
 * is verified by the hash of its whole block.
 */
import { sha256 } from './ids.ts'

/** Bytes of a window. Longer ones would cost more reading to answer for a file, shorter ones would be alike too often. */
export const windowBytes = 4096
/** Bytes of a sum as it travels: the weak one, `u32`, and the strong one. */
export const sumBytes = 12
const weakBytes = 4

/** Odd, with bits of both kinds everywhere, so that each byte of a window reaches the upper bits of the sum. */
const multiplier = 0x5bd1e995

/** What a byte that leaves the window takes from the sum, as a factor made up to be added. */
const leaving = -powerOf(multiplier, windowBytes)

function powerOf(base: number, exponent: number): number {
  let power = 1
  for (let times = 0; times < exponent; times += 1) power = Math.imul(power, base)
  return power
}

/** The weak sum of a window: its bytes as the digits of a number to the base `multiplier`, modulo 2^32. A signed whole number. */
export function weakSumOf(bytes: Uint8Array, at: number, lengthBytes: number = windowBytes): number {
  let sum = 0
  for (let end = at + lengthBytes; at < end; at += 1) sum = (Math.imul(sum, multiplier) + bytes[at]!) | 0
  return sum
}

/** The strong sum of a window: the first 8 bytes of a SHA-256 with a domain of its own (S1). */
export function strongSumOf(window: Uint8Array): Buffer {
  return sha256('berrysync window', window).subarray(0, sumBytes - weakBytes)
}

/** Both sums of a block's window, which is all of a block that is shorter, as they travel. */
export function sumOf(window: Uint8Array): Buffer {
  const sum = Buffer.alloc(sumBytes)
  sum.writeInt32BE(weakSumOf(window, 0, window.length), 0)
  strongSumOf(window).copy(sum, weakBytes)
  return sum
}

/** The parts of sum number `index` of many that follow each other. */
export function sumAt(sums: Uint8Array, index: number): { readonly weak: number; readonly strong: Buffer } {
  const sum = Buffer.from(sums.buffer, sums.byteOffset + index * sumBytes, sumBytes)
  return { weak: sum.readInt32BE(0), strong: sum.subarray(weakBytes) }
}

/** Which weak sums may be looked for: one byte for all sums with the same upper bits, 0 for none. */
export interface SumFilter {
  readonly marks: Uint8Array
  /** Bits of a sum that do not count. */
  readonly shift: number
}

/** Few enough marks to stay in a processor's cache, enough that of so many sums one position in sixty is looked at in vain. */
export function createSumFilter(sums: Iterable<number>, count: number): SumFilter {
  const bits = Math.min(24, Math.max(16, Math.ceil(Math.log2(count * 64 + 1))))
  const shift = 32 - bits
  const marks = new Uint8Array(2 ** bits)
  for (const sum of sums) marks[sum >>> shift] = 1
  return { marks, shift }
}

/** A window on its way through bytes, with its sum. */
export interface RollingWindow {
  at: number
  sum: number
}

/** Moves a window on by one byte. The byte behind it has to be there. */
export function rollOnce(window: RollingWindow, bytes: Uint8Array): void {
  const { at, sum } = window
  window.sum = (Math.imul(sum, multiplier) + Math.imul(bytes[at]!, leaving) + bytes[at + windowBytes]!) | 0
  window.at = at + 1
}

/**
 * Moves a window on, from where it is, to the first place whose sum may be looked for, or to `end`; false for the latter. The byte behind
 * the last window before `end` has to be there. This loop is what finding costs: a few cycles a byte, and so it must stay plain.
 */
export function rollToMark(
  window: RollingWindow,
  bytes: Uint8Array,
  end: number,
  { marks, shift }: SumFilter,
): boolean {
  let { at, sum } = window
  for (; at < end; at += 1) {
    if (marks[sum >>> shift] !== 0) break
    sum = (Math.imul(sum, multiplier) + Math.imul(bytes[at]!, leaving) + bytes[at + windowBytes]!) | 0
  }
  window.at = at
  window.sum = sum
  return at < end
}
