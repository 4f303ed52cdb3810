/**
 * A list too long to be fetched at once: pages come as they are scrolled to. When something has changed, only what is in sight is fetched
 * anew, and the rest when it comes into sight; so a change costs the same however far somebody has scrolled.
 */
import { type ReadonlySignal, signal } from '@preact/signals'
import { type ApiError, toApiError } from '../api/api-error.ts'

export interface FetchedPage<T> {
  readonly rows: readonly T[]
  /** Where the next one begins; none at the end. */
  readonly next?: string | undefined
}

export type FetchPage<T> = (after: string | undefined, signal: AbortSignal) => Promise<FetchedPage<T>>

export interface PagedRows<T> {
  readonly rows: readonly T[]
  /** There are no others. */
  readonly isComplete: boolean
  /** Why the rest could not be fetched. */
  readonly error?: ApiError
}

export interface PagedList<T> extends Disposable {
  readonly state: ReadonlySignal<PagedRows<T>>
  /** These rows are in sight. */
  show(from: number, to: number): void
  /** Any row may be other than before; after a failure, tries again. */
  refresh(): void
}

interface Page<T> extends FetchedPage<T> {
  readonly after: string | undefined
  /** In which round of changes it was fetched. */
  readonly round: number
}

/** Fetched before somebody has scrolled to it. */
const aheadRows = 150

export function createPagedList<T>(fetchPage: FetchPage<T>): PagedList<T> {
  const state = signal<PagedRows<T>>({ rows: [], isComplete: false })
  const leaving = new AbortController()
  let pages: readonly Page<T>[] = []
  let window = { from: 0, to: 0 }
  let round = 0
  let isFetching = false

  function isComplete(): boolean {
    return pages.length > 0 && pages.at(-1)!.next === undefined
  }

  function work(): void {
    if (isFetching || leaving.signal.aborted || state.peek().error !== undefined) return
    const stale = staleInSight()
    const isNearEnd = state.peek().rows.length < window.to + aheadRows
    if (stale === undefined && (isComplete() || !isNearEnd)) return
    isFetching = true
    const fetching = stale === undefined ? append() : renew(stale)
    fetching.then(
      () => {
        isFetching = false
        work()
      },
      (thrown: unknown) => {
        isFetching = false
        if (!leaving.signal.aborted) state.value = { ...state.peek(), error: toApiError(thrown) }
      },
    )
  }

  /** The first page with rows in sight that may not hold any more. */
  function staleInSight(): number | undefined {
    let first = 0
    for (const [at, page] of pages.entries()) {
      const end = first + page.rows.length
      if (page.round < round && first <= window.to && end >= window.from) return at
      first = end
    }
    return undefined
  }

  async function append(): Promise<void> {
    put([...pages, await fetchAt(pages.at(-1)?.next)])
  }

  /** Replaces pages from one on until what is in sight is covered, or a page begins where it did before. */
  async function renew(at: number): Promise<void> {
    const kept = pages.slice(0, at)
    const fresh: Page<T>[] = []
    let rows = kept.reduce((sum, page) => sum + page.rows.length, 0)
    for (let after = pages[at]!.after; ; ) {
      const page = await fetchAt(after)
      fresh.push(page)
      rows += page.rows.length
      after = page.next
      const joined =
        after === undefined ? -1 : pages.findIndex((old, index) => index > at && old.after === after)
      if (joined >= 0) return put([...kept, ...fresh, ...pages.slice(joined)])
      if (after === undefined || rows >= window.to) return put([...kept, ...fresh])
    }
  }

  async function fetchAt(after: string | undefined): Promise<Page<T>> {
    const begun = round
    const page = await fetchPage(after, leaving.signal)
    return { ...page, after, round: begun }
  }

  function put(next: readonly Page<T>[]): void {
    if (leaving.signal.aborted) return
    pages = next
    state.value = { rows: pages.flatMap(({ rows }) => rows), isComplete: isComplete() }
  }

  work()
  return {
    state,
    show(from, to) {
      window = { from, to }
      work()
    },
    refresh() {
      round += 1
      const { rows, isComplete: isWhole } = state.peek()
      if (state.peek().error !== undefined) state.value = { rows, isComplete: isWhole }
      work()
    },
    [Symbol.dispose]: () => leaving.abort(),
  }
}
