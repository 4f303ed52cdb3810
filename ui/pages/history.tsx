/** What happened, newest first: of all folders or one, searched, and by what was done. What is new is offered, so that nothing jumps. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { History } from '../../src/api/schemas/history.ts'
import { api, type Query } from '../api/request.ts'
import { Button } from '../parts/button.tsx'
import { Callout } from '../parts/callout.tsx'
import { type Option, SelectField } from '../parts/field.tsx'
import { EmptyState, PageHeader } from '../parts/page.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { useNews } from '../parts/use-news.ts'
import { usePaged } from '../parts/use-paged.tsx'
import { VirtualList } from '../parts/virtual-list.tsx'
import { folderSign } from '../state/folder-sign.ts'
import { folderName } from '../state/folder-words.ts'
import { countNew, historyActions, withDays } from '../state/history-words.ts'
import { folders } from '../state/live.ts'
import { formatNumber } from '../text/format.ts'
import { errorText, t } from '../text/translate.ts'
import { HistoryItemView } from './history/item.tsx'

/** A path and two lines about it, or a day. */
const rowHeightPx = 76
const pageRows = 100

export function HistoryPage() {
  const folder = useSignal('')
  const action = useSignal('')
  const search = useSignal('')
  const query = {
    folder: folder.value === '' ? undefined : folder.value,
    action: action.value === '' ? undefined : action.value,
    search: search.value.trim() || undefined,
  }
  const all = { value: '', label: t('history-all-folders') }
  return (
    <>
      <PageHeader title={t('nav-history')} />
      <form class="history-filters" onSubmit={(event) => event.preventDefault()}>
        <SearchField
          label={t('history-search')}
          value={search.value}
          onSearch={(text) => {
            search.value = text
          }}
        />
        <SelectField
          label={t('history-folder')}
          value={folder.value}
          options={[all, ...folders.value.map(({ id, path }) => ({ value: id, label: folderName(path) }))]}
          onChange={(value) => {
            folder.value = value
          }}
        />
        <SelectField
          label={t('history-action')}
          value={action.value}
          options={actionOptions()}
          onChange={(value) => {
            action.value = value
          }}
        />
      </form>
      <Rows query={query} />
    </>
  )
}

function actionOptions(): Option<string>[] {
  return [
    { value: '', label: t('history-all-actions') },
    ...historyActions.map((value) => ({ value, label: t(`history-kind-${value}`) })),
  ]
}

function Rows({ query }: { readonly query: Query }) {
  const round = useSignal(0)
  const newRows = useSignal(0)
  const asked = JSON.stringify(query)
  const paged = usePaged(`${asked} ${round.value}`, async (after, signal) => {
    const page = await api.get<History>('/api/history', { ...query, limit: pageRows, after }, signal)
    return { rows: page.history, next: page.next }
  })
  const { rows, isComplete, error } = paged
  useEffect(() => {
    newRows.value = 0
  }, [asked, round.value])
  useNews(folders.value.map(folderSign).join('|'), async () => {
    const isShown = rows.length > 0 || isComplete
    if (!isShown || document.hidden) return
    try {
      const { history } = await api.get<History>('/api/history', { ...query, limit: pageRows })
      newRows.value = countNew(history, rows[0])
    } catch {
      // The next change of a folder asks again, and scrolling says what is wrong.
    }
  })
  function showNew(): void {
    round.value += 1
    scrollTo({ top: 0 })
  }
  const items = withDays(rows)
  return (
    <section class="history card" aria-label={t('history-list-label')}>
      <div class="history-new" role="status">
        {newRows.value > 0 && (
          <Button icon="arrow-up" look="primary" onClick={showNew}>
            {newRows.value < pageRows
              ? t('history-new', { rows: newRows.value })
              : t('history-new-many', { rows: formatNumber(pageRows) })}
          </Button>
        )}
      </div>
      {items.length > 0 && (
        <VirtualList
          count={items.length}
          rowHeight={rowHeightPx}
          label={t('history-list-label')}
          keyOf={(at) => `${round.value}-${at}`}
          row={(at) => <HistoryItemView item={items[at]!} />}
          onShow={paged.show}
        />
      )}
      {error !== undefined ? (
        <Callout tone="problem" actions={<Button onClick={paged.refresh}>{t('try-again')}</Button>}>
          {errorText(error)}
        </Callout>
      ) : !isComplete ? (
        <p class="loading">{t('loading')}</p>
      ) : (
        rows.length === 0 && <Nothing isFiltered={asked !== '{}'} />
      )}
    </section>
  )
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState icon="search" title={t('history-none-found')} />
  ) : (
    <EmptyState icon="history" title={t('history-empty-title')}>
      {t('history-empty-about')}
    </EmptyState>
  )
}
