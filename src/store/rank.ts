/** In which order a folder's files are fetched, as numbers that an index can hold. */
import type { FetchOrder } from './folder-store.ts'

/** JavaScript and SQLite agree on every whole number up to here, and half of it is a time beyond any calendar. */
const furthestMs = 2 ** 52

/** A time as it is compared: whole milliseconds, rounded down. */
export function mtimeMsOf(mtimeNs: bigint): number {
  const roundedMs = (mtimeNs - (((mtimeNs % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n
  return Math.max(-furthestMs, Math.min(furthestMs, Number(roundedMs)))
}

/** Files with the smallest number are fetched first, those of the same in path order. */
export function orderKeyOf(order: FetchOrder, sizeBytes: number, mtimeMs: number): number {
  switch (order) {
    case 'alphabetical':
      return 0
    case 'smallest':
      return sizeBytes
    case 'newest':
      return -mtimeMs
  }
}

/** The same of a row of paths, in SQL. */
export const orderKeySql: Readonly<Record<FetchOrder, string>> = {
  alphabetical: '0',
  smallest: 'winner_size',
  newest: '-winner_mtime',
}
