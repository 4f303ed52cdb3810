/**
 * Pages of lists too long to be held at once: each begins behind the place where the one before ended, so that a page costs the same
 * wherever it is, and what changes in between is neither shown twice nor passed over.
 */
import type { Clock } from '../ports.ts'
import { createBreather } from './breather.ts'

/** Rows looked at in one go while searching: some milliseconds, also on a slow machine. */
const searchedTogether = 500

export interface PageQuery {
  readonly after?: string | undefined
  readonly limit: number
  /** Only paths with this text in them, in any case. */
  readonly search?: string | undefined
}

export interface Page<T> {
  readonly rows: readonly T[]
  /** Give it as `after` for the next page; none at the end. */
  readonly next: string | undefined
}

/** Whether a path has the text searched for in it. */
export function createMatcher(search: string | undefined): (path: string) => boolean {
  if (search === undefined || search === '') return () => true
  // As paths are.
  const wanted = search.normalize('NFC').toLowerCase()
  return (path) => path.toLowerCase().includes(wanted)
}

/** A page of rows that have a path and come in its order, from slices of the whole list. */
export async function takePage<T extends { readonly path: string }>(
  clock: Clock,
  { after = '', limit, search }: PageQuery,
  sliceAfter: (after: string, limit: number) => readonly T[],
): Promise<Page<T>> {
  const matches = createMatcher(search)
  const breathe = createBreather(clock)
  const sliceRows = search === undefined ? limit + 1 : searchedTogether
  const rows: T[] = []
  for (let place = after; ; ) {
    const slice = sliceAfter(place, sliceRows)
    for (const row of slice) {
      if (!matches(row.path)) continue
      if (rows.length === limit) return { rows, next: rows.at(-1)!.path }
      rows.push(row)
    }
    if (slice.length < sliceRows) return { rows, next: undefined }
    place = slice.at(-1)!.path
    await breathe()
  }
}
