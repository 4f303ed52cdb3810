/** The files of a folder: where each is, what is wrong with it, and what can be done. */
import { useState } from 'preact/hooks'
import type { Files } from '../../../src/api/schemas/files.ts'
import { api, folderAddress } from '../../api/request.ts'
import { toneIcons } from '../../parts/callout.tsx'
import { Choice } from '../../parts/field.tsx'
import { FilePath } from '../../parts/file-path.tsx'
import { Icon, type IconName } from '../../parts/icon.tsx'
import { EmptyState } from '../../parts/page.tsx'
import { SearchField } from '../../parts/search-field.tsx'
import { useNews } from '../../parts/use-news.ts'
import { PagedRowsView, usePaged } from '../../parts/use-paged.tsx'
import { useWide } from '../../parts/use-wide.ts'
import { Size, When } from '../../parts/values.tsx'
import { type FileRow, fileState, fileTone } from '../../state/file-words.ts'
import { folderSign } from '../../state/folder-sign.ts'
import { route, showInstead } from '../../state/route.ts'
import { t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'
import { FileDialog } from './file-dialog.tsx'

const filters = ['all', 'needed', 'problem'] as const
type Filter = (typeof filters)[number]

/** Rows of one request: some screens full. */
const pageRows = 500

const kindIcons: Readonly<Record<FileRow['kind'], IconName>> = {
  file: 'file',
  directory: 'folder',
  link: 'link',
  other: 'alert',
}

export function FilesTab({ folder }: FolderTabProps) {
  const shown = route.value.page === 'folder' ? route.value : undefined
  const filter = filters.find((name) => name === shown?.only) ?? 'all'
  const search = shown?.search ?? ''
  const [opened, setOpened] = useState<FileRow | undefined>(undefined)
  const isWide = useWide()
  const only = filter === 'all' ? undefined : filter
  const query = { only, search: search || undefined, limit: pageRows }
  const paged = usePaged<FileRow>(`${folder.id} ${filter} ${search}`, async (after, signal) => {
    const address = folderAddress(folder.id, '/files')
    const { files, next } = await api.get<Files>(address, { ...query, after }, signal)
    return { rows: files, next }
  })
  useNews(folderSign(folder), paged.refresh)

  function look(next: { readonly filter?: Filter; readonly search?: string }): void {
    const to = { filter, search, ...next }
    showInstead({
      ...{ page: 'folder', folder: folder.id, tab: 'files' },
      ...(to.filter === 'all' ? {} : { only: to.filter }),
      ...(to.search === '' ? {} : { search: to.search }),
    })
  }

  return (
    <>
      <div class="toolbar">
        <SearchField label={t('files-search')} value={search} onSearch={(text) => look({ search: text })} />
        <Choice
          label={t('files-filter')}
          value={filter}
          options={filters.map((value) => ({ value, label: t(`files-${value}`) }))}
          onChange={(value) => look({ filter: value })}
        />
      </div>
      <PagedRowsView
        paged={paged}
        label={t('files-list')}
        rowHeight={isWide ? 64 : 80}
        keyOf={({ path }) => path}
        row={(row) => <FileLine row={row} onOpen={() => setOpened(row)} />}
        empty={<NoFiles filter={filter} search={search} />}
      />
      {opened && (
        <FileDialog
          folder={folder}
          row={paged.rows.find(({ path }) => path === opened.path) ?? opened}
          onChange={paged.refresh}
          onClose={() => setOpened(undefined)}
        />
      )}
    </>
  )
}

function FileLine({ row, onOpen }: { readonly row: FileRow; readonly onOpen: () => void }) {
  const { path, kind, sizeBytes, modified, asked } = row
  return (
    <button type="button" class="row file-row" onClick={onOpen}>
      <Icon name={kindIcons[kind]} />
      <span class="row-text">
        <FilePath path={path} />
      </span>
      <span class="file-facts">
        <FileState row={row} />
        {asked && <span class="file-asked">{t('file-asked')}</span>}
        <span class="file-size">{kind === 'file' && <Size bytes={sizeBytes} />}</span>
        <span class="file-time">{modified !== '' && kind !== 'directory' && <When at={modified} />}</span>
      </span>
    </button>
  )
}

export function FileState({ row }: { readonly row: FileRow }) {
  const tone = fileTone(row)
  return (
    <span class={`file-state tone-${tone}`}>
      <Icon name={toneIcons[tone]} />
      {t(`file-state-${fileState(row)}`)}
    </span>
  )
}

function NoFiles({ filter, search }: { readonly filter: Filter; readonly search: string }) {
  if (search !== '') return <EmptyState icon="search" title={t('files-none-found', { search })} />
  return (
    <EmptyState icon={filter === 'all' ? 'folder' : 'check'} title={t(`files-none-${filter}`)}>
      {t(`files-none-about-${filter}`)}
    </EmptyState>
  )
}
