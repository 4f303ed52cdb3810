/** The page of a route. Pages that are not opened every day are loaded when they are. */
import { FolderPage } from './pages/folder-page.tsx'
import { FoldersPage } from './pages/folders.tsx'
import { ButtonLink } from './parts/button.tsx'
import { late } from './parts/late.tsx'
import { EmptyState, PageHeader } from './parts/page.tsx'
import type { Route } from './state/route.ts'
import { t } from './text/translate.ts'

const AddFolder = late(() => import('./pages/add-folder.tsx').then((module) => module.AddFolderPage))
const Devices = late(() => import('./pages/devices.tsx').then((module) => module.DevicesPage))
const Transfers = late(() => import('./pages/transfers.tsx').then((module) => module.TransfersPage))
const History = late(() => import('./pages/history.tsx').then((module) => module.HistoryPage))
const Preferences = late(() => import('./pages/preferences.tsx').then((module) => module.PreferencesPage))

export function PageOf({ route }: { readonly route: Route }) {
  switch (route.page) {
    case 'folders':
      return <FoldersPage />
    case 'folder':
      return <FolderPage key={route.folder} folder={route.folder} tab={route.tab} />
    case 'unknown':
      return <UnknownPage />
    case 'add-folder':
      return <AddFolder />
    case 'devices':
      return <Devices />
    case 'transfers':
      return <Transfers />
    case 'history':
      return <History />
    case 'preferences':
      return <Preferences section={route.section} />
  }
}

function UnknownPage() {
  return (
    <>
      <PageHeader title={t('page-unknown-title')} />
      <EmptyState
        icon="search"
        title={t('page-unknown-about')}
        actions={
          <ButtonLink to={{ page: 'folders' }} look="primary">
            {t('page-unknown-action')}
          </ButtonLink>
        }
      />
    </>
  )
}
