/** The folder as it was at a time: which files hold something else now, and bringing back some or all of them. */
import { useState } from 'preact/hooks'
import type { AsOf } from '../../../src/api/schemas/files.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { TextField } from '../../parts/field.tsx'
import { FilePath } from '../../parts/file-path.tsx'
import { EmptyState } from '../../parts/page.tsx'
import { RunProgress, useRun } from '../../parts/run-progress.tsx'
import { useNews } from '../../parts/use-news.ts'
import { PagedRowsView, usePaged } from '../../parts/use-paged.tsx'
import { useWide } from '../../parts/use-wide.ts'
import { Size } from '../../parts/values.tsx'
import { folderSign } from '../../state/folder-sign.ts'
import { fromLocalInput, quickMoments, toLocalInput } from '../../state/local-time.ts'
import { allOf, isChosen, noneChosen, toggled } from '../../state/selection.ts'
import { formatNumber, formatTime } from '../../text/format.ts'
import { t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'

type Held = AsOf['files'][number]

const pageRows = 200
/** All of them are asked for in larger pages: nobody looks at these. */
const runRows = 1_000

export function AsItWas({ folder, search }: FolderTabProps & { readonly search: string }) {
  const [text, setText] = useState('')
  const at = fromLocalInput(text)
  return (
    <section class="then" aria-label={t('archive-view-then')}>
      <div class="then-choice card">
        <TextField
          label={t('then-when')}
          about={t('then-about')}
          type="datetime-local"
          value={text}
          onInput={setText}
        />
        <div class="then-quick">
          {quickMoments.map(([name, agoMs]) => (
            <Button key={name} onClick={() => setText(toLocalInput(Date.now() - agoMs))}>
              {t(`then-${name}`)}
            </Button>
          ))}
        </div>
      </div>
      {at !== undefined && <HeldFiles key={`${at} ${search}`} folder={folder} at={at} search={search} />}
    </section>
  )
}

function HeldFiles({
  folder,
  at,
  search,
}: FolderTabProps & { readonly at: string; readonly search: string }) {
  const [chosen, setChosen] = useState(noneChosen)
  const [isAsking, setAsking] = useState(false)
  const run = useRun()
  const isWide = useWide()

  async function fetchPage(after: string | undefined, limit: number, signal?: AbortSignal) {
    const query = { at, after, search: search || undefined, limit }
    const { files, next } = await api.get<AsOf>(folderAddress(folder.id, '/archive/as-of'), query, signal)
    return { rows: files, next }
  }
  const paged = usePaged<Held>(`${folder.id} ${at} ${search}`, (after, signal) =>
    fetchPage(after, pageRows, signal),
  )

  /** Also those that nobody has scrolled to. */
  async function* chosenOfAll(): AsyncGenerator<Held> {
    for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
      const page = await fetchPage(after, runRows)
      yield* page.rows.filter(({ path }) => isChosen(chosen, path))
      after = page.next
    }
  }

  useNews(folderSign(folder), paged.refresh)

  const count = chosen.all ? paged.rows.length - chosen.except.size : chosen.only.size
  const countText = formatNumber(count) + (chosen.all && !paged.isComplete ? '+' : '')

  async function restore(): Promise<void> {
    setAsking(false)
    await run.start(
      chosen.all ? chosenOfAll() : paged.rows.filter(({ path }) => isChosen(chosen, path)),
      chosen.all && !paged.isComplete ? undefined : count,
      ({ path }) => path,
      ({ id }) => api.post(folderAddress(folder.id, '/archive/restore'), { id, replace: true }),
    )
    setChosen(noneChosen)
    paged.refresh()
  }

  return (
    <>
      <RunProgress run={run} words={(phase, files) => t(`then-${phase}`, { files })} />
      {paged.rows.length > 0 && !run.isRunning && (
        <div class="selection-bar">
          <label class="check">
            <input
              type="checkbox"
              checked={chosen.all && chosen.except.size === 0}
              onChange={(event) => setChosen(event.currentTarget.checked ? allOf : noneChosen)}
            />
            <span>{t('select-all')}</span>
          </label>
          <Button look="primary" icon="restore" disabled={count === 0} onClick={() => setAsking(true)}>
            {count === 0 ? t('then-restore') : t('then-restore-count', { count: countText })}
          </Button>
        </div>
      )}
      <PagedRowsView
        paged={paged}
        label={t('then-list')}
        rowHeight={isWide ? 64 : 80}
        keyOf={({ path }) => path}
        row={(held) => (
          <label class="row file-row check">
            <input
              type="checkbox"
              checked={isChosen(chosen, held.path)}
              disabled={run.isRunning}
              onChange={() => setChosen(toggled(chosen, held.path))}
            />
            <span class="row-text">
              <FilePath path={held.path} />
            </span>
            <span class="file-facts">
              <span>{t(`then-now-${held.now}`)}</span>
              <span class="file-size">
                <Size bytes={held.sizeBytes} />
              </span>
            </span>
          </label>
        )}
        empty={
          <EmptyState icon="check" title={t('then-none')}>
            {t('then-none-about')}
          </EmptyState>
        }
      />
      {isAsking && (
        <ConfirmDialog
          title={t('then-ask', { time: formatTime(at) })}
          action={t('then-restore')}
          onConfirm={async () => void restore()}
          onClose={() => setAsking(false)}
        >
          <p>{t('then-ask-about')}</p>
          <p>{t('then-ask-safe')}</p>
        </ConfirmDialog>
      )}
    </>
  )
}
