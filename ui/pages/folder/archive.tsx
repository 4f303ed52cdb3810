/** The archive of a folder: everything that peers replaced or deleted, and the folder as it was at a time. */

import { useState } from 'preact/hooks'
import type { Archive } from '../../../src/api/schemas/files.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Fault } from '../../parts/fault.tsx'
import { Choice } from '../../parts/field.tsx'
import { FilePath } from '../../parts/file-path.tsx'
import { Icon } from '../../parts/icon.tsx'
import { EmptyState, Facts } from '../../parts/page.tsx'
import { SearchField } from '../../parts/search-field.tsx'
import { useAction } from '../../parts/use-action.ts'
import { useNews } from '../../parts/use-news.ts'
import { PagedRowsView, usePaged } from '../../parts/use-paged.tsx'
import { useWide } from '../../parts/use-wide.ts'
import { Size, When } from '../../parts/values.tsx'
import { splitPath } from '../../state/file-words.ts'
import { folderSign } from '../../state/folder-sign.ts'
import { route, showInstead } from '../../state/route.ts'
import { showToast } from '../../state/toasts.ts'
import { formatTime } from '../../text/format.ts'
import { t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'
import { AsItWas } from './as-it-was.tsx'
import { Preview } from './content-view.tsx'

type Entry = Archive['archive'][number]

const views = ['all', 'then'] as const

/** Rows of one request: some screens full. */
const pageRows = 200

export function ArchiveTab({ folder }: FolderTabProps) {
  const shown = route.value.page === 'folder' ? route.value : undefined
  const view = views.find((name) => name === shown?.only) ?? 'all'
  const search = shown?.search ?? ''

  function look(next: { readonly view?: (typeof views)[number]; readonly search?: string }): void {
    const to = { view, search, ...next }
    showInstead({
      ...{ page: 'folder', folder: folder.id, tab: 'archive' },
      ...(to.view === 'all' ? {} : { only: to.view }),
      ...(to.search === '' ? {} : { search: to.search }),
    })
  }

  return (
    <>
      <p class="lead tab-lead">{t('archive-lead')}</p>
      <div class="toolbar">
        <SearchField label={t('archive-search')} value={search} onSearch={(text) => look({ search: text })} />
        <Choice
          label={t('files-filter')}
          value={view}
          options={views.map((value) => ({ value, label: t(`archive-view-${value}`) }))}
          onChange={(value) => look({ view: value })}
        />
      </div>
      {folder.role === 'read-only' && <p class="about tab-lead">{t('archive-read-only')}</p>}
      {view === 'all' ? (
        <Entries folder={folder} search={search} />
      ) : (
        <AsItWas folder={folder} search={search} />
      )}
    </>
  )
}

function Entries({ folder, search }: FolderTabProps & { readonly search: string }) {
  const [opened, setOpened] = useState<Entry | undefined>(undefined)
  const isWide = useWide()
  const paged = usePaged<Entry>(`${folder.id} ${search}`, async (after, signal) => {
    const query = { after, search: search || undefined, limit: pageRows }
    const { archive, next } = await api.get<Archive>(folderAddress(folder.id, '/archive'), query, signal)
    return { rows: archive, next }
  })
  useNews(folderSign(folder), paged.refresh)
  return (
    <>
      <PagedRowsView
        paged={paged}
        label={t('archive-list')}
        rowHeight={isWide ? 64 : 80}
        keyOf={({ id }) => id}
        row={(entry) => (
          <button type="button" class="row file-row" onClick={() => setOpened(entry)}>
            <Icon name="archive" />
            <span class="row-text">
              <FilePath path={entry.path} />
            </span>
            <span class="file-facts">
              <span class="file-size">
                <Size bytes={entry.sizeBytes} />
              </span>
              <span class="file-time">
                <When at={entry.archived} />
              </span>
            </span>
          </button>
        )}
        empty={
          search === '' ? (
            <EmptyState icon="archive" title={t('archive-empty')}>
              {t('archive-empty-about')}
            </EmptyState>
          ) : (
            <EmptyState icon="search" title={t('archive-none-found', { search })} />
          )
        }
      />
      {opened && (
        <EntryDialog
          key={opened.id}
          folder={folder.id}
          entry={opened}
          onRestored={paged.refresh}
          onClose={() => setOpened(undefined)}
        />
      )}
    </>
  )
}

function EntryDialog({
  folder,
  entry: { id, path, archived, sizeBytes },
  onRestored,
  onClose,
}: {
  readonly folder: string
  readonly entry: Entry
  readonly onRestored: () => void
  readonly onClose: () => void
}) {
  const { name, directory } = splitPath(path)
  const restore = useAction(async (replace: boolean) => {
    const placed = await api.post<{ path: string }>(folderAddress(folder, '/archive/restore'), {
      id,
      replace,
    })
    showToast('ok', t(placed.path === path ? 'archive-restored' : 'archive-restored-beside', placed))
    onRestored()
    onClose()
  })
  return (
    <Dialog
      title={name}
      onClose={onClose}
      actions={
        <>
          <Button isBusy={restore.isBusy} onClick={() => restore.run(true)}>
            {t('archive-replace')}
          </Button>
          <Button look="primary" icon="restore" isBusy={restore.isBusy} onClick={() => restore.run(false)}>
            {t('archive-restore')}
          </Button>
        </>
      }
    >
      <Facts
        facts={[
          ...(directory === '' ? [] : ([[t('file-directory'), <bdi key="d">{directory}</bdi>]] as const)),
          [t('file-size'), <Size key="s" bytes={sizeBytes} />],
          [
            t('archive-archived'),
            <>
              {formatTime(archived)} (<When at={archived} />)
            </>,
          ],
        ]}
      />
      <Preview folder={folder} place={{ archived: id }} name={name} sizeBytes={sizeBytes} />
      <ul class="about explained">
        <li>{t('archive-restore-about')}</li>
        <li>{t('archive-replace-about')}</li>
      </ul>
      <Fault text={restore.fault} />
    </Dialog>
  )
}
