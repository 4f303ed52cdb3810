/** What was changed on a device that only receives: it stays here and travels nowhere, until it is undone. */
import { useState } from 'preact/hooks'
import type { LocalChanges as LocalChangesBody } from '../../../src/api/schemas/files.ts'
import { toApiError } from '../../api/api-error.ts'
import { api, folderAddress } from '../../api/request.ts'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { FilePath } from '../../parts/file-path.tsx'
import { Icon, type IconName } from '../../parts/icon.tsx'
import { EmptyState, Section } from '../../parts/page.tsx'
import { RunProgress, useRun } from '../../parts/run-progress.tsx'
import { SelectionBar, useChoosing } from '../../parts/selection-bar.tsx'
import { useNews } from '../../parts/use-news.ts'
import { PagedRowsView, usePaged } from '../../parts/use-paged.tsx'
import { useWide } from '../../parts/use-wide.ts'
import { Size } from '../../parts/values.tsx'
import { folderSign } from '../../state/folder-sign.ts'
import { noneChosen } from '../../state/selection.ts'
import { showToast } from '../../state/toasts.ts'
import { formatNumber } from '../../text/format.ts'
import { t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'

type Change = LocalChangesBody['changes'][number]

const icons: Readonly<Record<Change['change'], IconName>> = {
  added: 'plus',
  edited: 'edit',
  deleted: 'trash',
}

const pageRows = 200
/** All of them are asked for in larger pages: nobody looks at these. */
const runRows = 1_000

export function LocalChanges({ folder }: FolderTabProps) {
  const [isAsking, setAsking] = useState(false)
  const run = useRun()
  const isWide = useWide()
  const address = folderAddress(folder.id, '/local-changes')
  async function fetchPage(after: string | undefined, limit: number, signal?: AbortSignal) {
    const { changes, next } = await api.get<LocalChangesBody>(address, { after, limit }, signal)
    return { rows: changes, next }
  }
  const paged = usePaged<Change>(folder.id, (after, signal) => fetchPage(after, pageRows, signal))
  const choosing = useChoosing(
    paged,
    ({ path }) => path,
    (after) => fetchPage(after, runRows),
    folder.localChanges,
  )
  const { count } = choosing
  useNews(folderSign(folder), paged.refresh)

  async function undo(): Promise<void> {
    if (choosing.isAll) {
      const { restored } = await api.post<{ restored: number }>(folderAddress(folder.id, '/restore'), {})
      showToast('ok', t('changes-done', { files: restored }))
    } else {
      setAsking(false)
      await run.start(
        choosing.things(),
        count,
        ({ path }) => path,
        ({ path }) => undoOne(path),
      )
    }
    choosing.choose(noneChosen)
    paged.refresh()
  }

  async function undoOne(path: string): Promise<void> {
    try {
      await api.post(folderAddress(folder.id, '/restore'), { path })
    } catch (thrown) {
      // What lies below a directory that was undone before was undone with it.
      if (toApiError(thrown).code !== 'unchanged-here') throw thrown
    }
  }

  return (
    <Section title={t('changes-title')} about={t('changes-about')}>
      <RunProgress run={run} words={(phase, files) => t(`changes-${phase}`, { files })} />
      {paged.rows.length > 0 && !run.isRunning && (
        <SelectionBar
          choosing={choosing}
          action={count === 0 ? t('changes-undo') : t('changes-undo-count', { count: formatNumber(count) })}
          onAct={() => setAsking(true)}
        />
      )}
      <PagedRowsView
        paged={paged}
        label={t('changes-title')}
        rowHeight={isWide ? 64 : 80}
        keyOf={({ path }) => path}
        row={(row) => (
          <label class="row file-row check">
            <input
              type="checkbox"
              checked={choosing.isChosen(row)}
              disabled={run.isRunning}
              onChange={() => choosing.toggle(row)}
            />
            <span class="row-text">
              <FilePath path={row.path} />
            </span>
            <span class="file-facts">
              <span class="file-state">
                <Icon name={icons[row.change]} />
                {t(`changes-${row.change}`)}
              </span>
              <span class="file-size">
                <Size bytes={row.sizeBytes} />
              </span>
            </span>
          </label>
        )}
        empty={
          <EmptyState icon="check" title={t('changes-empty')}>
            {t('changes-empty-about')}
          </EmptyState>
        }
      />
      {isAsking && (
        <ConfirmDialog
          title={t('changes-ask', { count })}
          action={t('changes-undo')}
          onConfirm={undo}
          onClose={() => setAsking(false)}
        >
          <ul class="explained">
            <li>{t('changes-ask-edited')}</li>
            <li>{t('changes-ask-added')}</li>
            <li>{t('changes-ask-deleted')}</li>
          </ul>
        </ConfirmDialog>
      )}
    </Section>
  )
}
