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
import { SelectionBar, useChoosing } from '../../parts/selection-bar.tsx'
import { useNews } from '../../parts/use-news.ts'
import { PagedRowsView, usePaged } from '../../parts/use-paged.tsx'
import { useWide } from '../../parts/use-wide.ts'
import { Size } from '../../parts/values.tsx'
import { folderSign } from '../../state/folder-sign.ts'
import { fromLocalInput, quickMoments, toLocalInput } from '../../state/local-time.ts'
import { noneChosen } from '../../state/selection.ts'
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

  const choosing = useChoosing(
    paged,
    ({ path }) => path,
    (after) => fetchPage(after, runRows),
  )
  const { count, isMore } = choosing
  useNews(folderSign(folder), paged.refresh)

  const countText = formatNumber(count) + (isMore ? '+' : '')

  async function restore(): Promise<void> {
    setAsking(false)
    await run.start(
      choosing.things(),
      isMore ? undefined : count,
      ({ path }) => path,
      ({ id }) => api.post(folderAddress(folder.id, '/archive/restore'), { id, replace: true }),
    )
    choosing.choose(noneChosen)
    paged.refresh()
  }

  return (
    <>
      <RunProgress run={run} words={(phase, files) => t(`then-${phase}`, { files })} />
      {paged.rows.length > 0 && !run.isRunning && (
        <SelectionBar
          choosing={choosing}
          action={count === 0 ? t('then-restore') : t('then-restore-count', { count: countText })}
          onAct={() => setAsking(true)}
        />
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
              checked={choosing.isChosen(held)}
              disabled={run.isRunning}
              onChange={() => choosing.toggle(held)}
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
