/** The page of a route. The list of folders is there at once; all others come together, because small files compress badly. */
import { FoldersPage } from './pages/folders.tsx'
import { ButtonLink } from './parts/button.tsx'
import { late } from './parts/late.tsx'
import { EmptyState, PageHeader } from './parts/page.tsx'
import type { Route } from './state/route.ts'
import { t } from './text/translate.ts'

const other = () => import('./pages/other-pages.ts')
const AddFolder = late(() => other().then((pages) => pages.AddFolderPage))
const Devices = late(() => other().then((pages) => pages.DevicesPage))
const Folder = late(() => other().then((pages) => pages.FolderPage))
const History = late(() => other().then((pages) => pages.HistoryPage))
const Preferences = late(() => other().then((pages) => pages.PreferencesPage))
const System = late(() => other().then((pages) => pages.SystemPage))
const Transfers = late(() => other().then((pages) => pages.TransfersPage))
const Welcome = late(() => other().then((pages) => pages.WelcomePage))

export function PageOf({ route }: { readonly route: Route }) {
  switch (route.page) {
    case 'folders':
      return <FoldersPage />
    case 'folder':
      return <Folder key={route.folder} folder={route.folder} tab={route.tab} />
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
    case 'system':
      return <System section={route.section} />
    case 'welcome':
      return <Welcome />
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
