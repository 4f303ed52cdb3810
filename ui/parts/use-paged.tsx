/** A long list, fetched as it is scrolled: the hook that keeps it, and how it is drawn. */
import { useComputed, useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { createPagedList, type FetchPage, type PagedList, type PagedRows } from '../state/paged-list.ts'
import { errorText, t } from '../text/translate.ts'
import { Button } from './button.tsx'
import { Callout } from './callout.tsx'
import { VirtualList } from './virtual-list.tsx'

export interface Paged<T> extends PagedRows<T> {
  readonly show: (from: number, to: number) => void
  readonly refresh: () => void
}

const nothing: PagedRows<never> = { rows: [], isComplete: false }

/** Begins anew when `key` changes. */
export function usePaged<T>(key: string, fetchPage: FetchPage<T>): Paged<T> {
  const list = useSignal<PagedList<T> | undefined>(undefined)
  useEffect(() => {
    const made = createPagedList(fetchPage)
    list.value = made
    return () => made[Symbol.dispose]()
  }, [key])
  const state = useComputed(() => list.value?.state.value ?? nothing)
  return {
    ...state.value,
    show: (from, to) => list.peek()?.show(from, to),
    refresh: () => list.peek()?.refresh(),
  }
}

export function PagedRowsView<T>({
  paged: { rows, isComplete, error, show, refresh },
  empty,
  ...list
}: {
  readonly paged: Paged<T>
  readonly label: string
  readonly rowHeight: number
  readonly keyOf: (row: T) => string
  readonly row: (row: T) => ComponentChildren
  /** What is shown when there is nothing. */
  readonly empty: ComponentChildren
}) {
  return (
    <>
      {rows.length > 0 && (
        <VirtualList
          count={rows.length}
          rowHeight={list.rowHeight}
          label={list.label}
          keyOf={(at) => list.keyOf(rows[at]!)}
          row={(at) => list.row(rows[at]!)}
          onShow={show}
        />
      )}
      {error !== undefined ? (
        <Callout tone="problem" actions={<Button onClick={refresh}>{t('try-again')}</Button>}>
          {errorText(error)}
        </Callout>
      ) : isComplete ? (
        rows.length === 0 && empty
      ) : (
        <p class="loading">{t('loading')}</p>
      )}
    </>
  )
}
