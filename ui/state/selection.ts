/** Which rows of a long list are chosen: some of them, or all but some, also of those that were not fetched yet. */
import type { FetchedPage } from './paged-list.ts'

export interface Selection {
  readonly all: boolean
  /** Not chosen though all are. */
  readonly except: ReadonlySet<string>
  /** Chosen, where not all are. */
  readonly only: ReadonlySet<string>
}

const none: ReadonlySet<string> = new Set()

export const noneChosen: Selection = { all: false, except: none, only: none }
export const allOf: Selection = { all: true, except: none, only: none }

export function isChosen({ all, except, only }: Selection, key: string): boolean {
  return all ? !except.has(key) : only.has(key)
}

export function toggled({ all, except, only }: Selection, key: string): Selection {
  return all ? { all, only, except: flip(except, key) } : { all, except, only: flip(only, key) }
}

export function isEverything({ all, except }: Selection): boolean {
  return all && except.size === 0
}

export interface Tally {
  readonly count: number
  /** There may be more in rows that were not fetched yet. */
  readonly isMore: boolean
}

/** How many are chosen. `keys` are those of the rows fetched so far, `total` is how many rows there are, where that is known. */
export function tallyOf(selection: Selection, keys: readonly string[], total: number | undefined): Tally {
  const fetched = keys.filter((key) => isChosen(selection, key)).length
  if (!selection.all) return { count: fetched, isMore: false }
  const unfetched = Math.max(0, (total ?? 0) - keys.length)
  return { count: fetched + unfetched, isMore: total === undefined }
}

/**
 * What is chosen, also of rows that nobody has scrolled to: of those, page by page as it is worked through. The keys are paths: where all but
 * some are chosen, directories above those stay as they are, too.
 */
export async function* chosenOf<T>(
  selection: Selection,
  fetched: readonly T[],
  keyOf: (row: T) => string,
  fetchPage: (after: string | undefined) => Promise<FetchedPage<T>>,
): AsyncGenerator<T> {
  if (!selection.all) {
    yield* fetched.filter((row) => isChosen(selection, keyOf(row)))
    return
  }
  let page = await fetchPage(undefined)
  for (;;) {
    yield* page.rows.filter((row) => isChosen(selection, keyOf(row)) && !holdsExcepted(selection, keyOf(row)))
    if (page.next === undefined) return
    page = await fetchPage(page.next)
  }
}

/** Whether something below a directory is not chosen: what is done to the directory would be done to that, too. */
function holdsExcepted({ except }: Selection, path: string): boolean {
  return [...except].some((kept) => kept.startsWith(`${path}/`))
}

function flip(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const flipped = new Set(keys)
  if (!flipped.delete(key)) flipped.add(key)
  return flipped
}
