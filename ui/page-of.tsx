/** The page of a route. Pages that are not opened every day are loaded when they are. */
import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { FolderPage } from './pages/folder-page.tsx'
import { FoldersPage } from './pages/folders.tsx'
import { ButtonLink } from './parts/button.tsx'
import { Callout } from './parts/callout.tsx'
import { EmptyState, PageHeader } from './parts/page.tsx'
import type { Route } from './state/route.ts'
import { t } from './text/translate.ts'

const loaders = {
  'add-folder': () => import('./pages/add-folder.tsx').then((module) => module.AddFolderPage),
  devices: () => import('./pages/devices.tsx').then((module) => module.DevicesPage),
  transfers: () => import('./pages/transfers.tsx').then((module) => module.TransfersPage),
  history: () => import('./pages/history.tsx').then((module) => module.HistoryPage),
  preferences: () => import('./pages/preferences.tsx').then((module) => module.PreferencesPage),
} as const

type LatePage = keyof typeof loaders

export function PageOf({ route }: { readonly route: Route }) {
  switch (route.page) {
    case 'folders':
      return <FoldersPage />
    case 'folder':
      return <FolderPage key={route.folder} folder={route.folder} tab={route.tab} />
    case 'unknown':
      return <UnknownPage />
    default:
      return <Late key={route.page} page={route.page} />
  }
}

function Late({ page }: { readonly page: LatePage }) {
  const shown = useSignal<{ readonly Page?: ComponentType; readonly hasFailed?: true }>({})
  useEffect(() => {
    loaders[page]().then(
      (Page) => {
        shown.value = { Page }
      },
      () => {
        shown.value = { hasFailed: true }
      },
    )
  }, [page, shown])
  const { Page, hasFailed } = shown.value
  if (hasFailed) return <Callout tone="problem">{t('page-failed')}</Callout>
  return Page === undefined ? <p class="loading">{t('loading')}</p> : <Page />
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
