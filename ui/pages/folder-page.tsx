/** The frame of one folder: what it is called, how it is, and its parts as tabs. */
import { useComputed } from '@preact/signals'
import type { ComponentType } from 'preact'
import type { FolderStatusBody } from '../../src/api/schemas/status.ts'
import { ButtonLink } from '../parts/button.tsx'
import { Badge } from '../parts/callout.tsx'
import { EmptyState, PageHeader, TabLinks } from '../parts/page.tsx'
import { describeFolder, folderName } from '../state/folder-words.ts'
import { folders, snapshot } from '../state/live.ts'
import { type FolderTab, folderTabs } from '../state/route.ts'
import { t } from '../text/translate.ts'
import { ArchiveTab } from './folder/archive.tsx'
import { ChangesTab } from './folder/changes.tsx'
import { ConflictsTab } from './folder/conflicts.tsx'
import { FilesTab } from './folder/files.tsx'
import { OverviewTab } from './folder/overview.tsx'
import { SettingsTab } from './folder/settings.tsx'
import { SharingTab } from './folder/sharing.tsx'
import { HaltCallout, PauseButton } from './folder-state.tsx'

/** What each tab is given: the folder as it is now. */
export interface FolderTabProps {
  readonly folder: FolderStatusBody
}

const tabs: Readonly<Record<FolderTab, ComponentType<FolderTabProps>>> = {
  overview: OverviewTab,
  sharing: SharingTab,
  files: FilesTab,
  archive: ArchiveTab,
  conflicts: ConflictsTab,
  changes: ChangesTab,
  settings: SettingsTab,
}

const back = { page: 'folders' } as const

export function FolderPage({ folder: id, tab }: { readonly folder: string; readonly tab: FolderTab }) {
  const found = useComputed(() => folders.value.find((folder) => folder.id === id))
  const folder = found.value
  if (folder === undefined)
    return snapshot.value === undefined ? <p class="loading">{t('loading')}</p> : <Gone />
  const { tone, state, halt } = describeFolder(folder)
  const Tab = tabs[tab]
  return (
    <>
      <PageHeader
        title={folderName(folder.path)}
        back={{ to: back, label: t('back-to-folders') }}
        about={
          <>
            <Badge tone={tone}>{t(state.key, state.args)}</Badge>
            <span class="path">{folder.path}</span>
          </>
        }
      >
        <PauseButton folder={folder} />
        <ButtonLink to={{ page: 'folder', folder: id, tab: 'sharing' }} look="primary" icon="share">
          {t('folder-share')}
        </ButtonLink>
      </PageHeader>
      {halt && !(tab === 'changes' && halt.code === 'mass-delete') && (
        <HaltCallout folder={folder} halt={halt} isWhole={tab === 'overview'} />
      )}
      <TabLinks
        label={t('folder-tabs-label')}
        tabs={folderTabs
          .filter((name) => name !== 'changes' || name === tab || hasDecisions(folder))
          .map((name) => ({
            to: { page: 'folder', folder: id, tab: name },
            label: t(`tab-${name}`),
            isCurrent: name === tab,
            count: countOf(name, folder),
          }))}
      />
      <Tab folder={folder} />
    </>
  )
}

/** What waits for a person there. */
function countOf(tab: FolderTab, { problems, conflicts, localChanges }: FolderStatusBody): number {
  switch (tab) {
    case 'files':
      return problems.length
    case 'conflicts':
      return conflicts
    case 'changes':
      return localChanges
    default:
      return 0
  }
}

/** Local changes of a read-only device, or deletions that wait: something a person has to decide. */
function hasDecisions({ localChanges, halt }: FolderStatusBody): boolean {
  return localChanges > 0 || halt?.code === 'mass-delete'
}

function Gone() {
  return (
    <>
      <PageHeader title={t('folder-unknown-title')} back={{ to: back, label: t('back-to-folders') }} />
      <EmptyState icon="folder" title={t('folder-unknown-about')} />
    </>
  )
}
