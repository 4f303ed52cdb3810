/** What was changed on a device that only receives: it stays here and travels nowhere, until it is undone. */
import { useState } from 'preact/hooks'
import type { LocalChanges as LocalChangesBody } from '../../../src/api/schemas/files.ts'
import { toApiError } from '../../api/api-error.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { FilePath } from '../../parts/file-path.tsx'
import { Icon, type IconName } from '../../parts/icon.tsx'
import { EmptyState, Section } from '../../parts/page.tsx'
import { RunProgress, useRun } from '../../parts/run-progress.tsx'
import { useNews } from '../../parts/use-news.ts'
import { PagedRowsView, usePaged } from '../../parts/use-paged.tsx'
import { useWide } from '../../parts/use-wide.ts'
import { Size } from '../../parts/values.tsx'
import { folderSign } from '../../state/folder-sign.ts'
import { allOf, isChosen, noneChosen, toggled } from '../../state/selection.ts'
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

export function LocalChanges({ folder }: FolderTabProps) {
  const [chosen, setChosen] = useState(noneChosen)
  const [isAsking, setAsking] = useState(false)
  const run = useRun()
  const isWide = useWide()
  const address = folderAddress(folder.id, '/local-changes')
  const paged = usePaged<Change>(folder.id, async (after, signal) => {
    const { changes, next } = await api.get<LocalChangesBody>(address, { after, limit: pageRows }, signal)
    return { rows: changes, next }
  })
  useNews(folderSign(folder), paged.refresh)

  const isAll = chosen.all && chosen.except.size === 0
  const picked = paged.rows.filter(({ path }) => isChosen(chosen, path))
  const count = isAll ? Math.max(folder.localChanges, paged.rows.length) : picked.length

  async function undo(): Promise<void> {
    if (isAll) {
      const { restored } = await api.post<{ restored: number }>(folderAddress(folder.id, '/restore'), {})
      showToast('ok', t('changes-done', { files: restored }))
    } else {
      setAsking(false)
      await run.start(
        picked,
        picked.length,
        ({ path }) => path,
        ({ path }) => undoOne(path),
      )
    }
    setChosen(noneChosen)
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
        <div class="selection-bar">
          <label class="check">
            <input
              type="checkbox"
              checked={isAll}
              onChange={(event) => setChosen(event.currentTarget.checked ? allOf : noneChosen)}
            />
            <span>{t('select-all')}</span>
          </label>
          <Button look="primary" icon="restore" disabled={count === 0} onClick={() => setAsking(true)}>
            {count === 0 ? t('changes-undo') : t('changes-undo-count', { count: formatNumber(count) })}
          </Button>
        </div>
      )}
      <PagedRowsView
        paged={paged}
        label={t('changes-title')}
        rowHeight={isWide ? 64 : 80}
        keyOf={({ path }) => path}
        row={({ path, change, sizeBytes }) => (
          <label class="row file-row check">
            <input
              type="checkbox"
              checked={isChosen(chosen, path)}
              disabled={run.isRunning}
              onChange={() => setChosen(toggled(chosen, path))}
            />
            <span class="row-text">
              <FilePath path={path} />
            </span>
            <span class="file-facts">
              <span class="file-state">
                <Icon name={icons[change]} />
                {t(`changes-${change}`)}
              </span>
              <span class="file-size">
                <Size bytes={sizeBytes} />
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
