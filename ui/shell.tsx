/** The frame around every page: where one can go, which device this is, and whether it answers. */
import { useEffect, useRef } from 'preact/hooks'
import { PageOf } from './page-of.tsx'
import { Icon, type IconName } from './parts/icon.tsx'
import { Mark } from './parts/mark.tsx'
import { doAndTell } from './parts/use-action.ts'
import { connection, device, openLive } from './state/live.ts'
import { hrefOf, type MainPage, mainPages, type Route, route } from './state/route.ts'
import { access, loadAccess, logOut } from './state/session.ts'
import { t } from './text/translate.ts'

/** A phone has room for five: there the name of the device leads to its system. */
const navPages = [...mainPages, 'system'] as const
type NavPage = MainPage | 'system'

const pageIcons: Readonly<Record<NavPage, IconName>> = {
  folders: 'folder',
  devices: 'device',
  transfers: 'transfers',
  history: 'history',
  preferences: 'preferences',
  system: 'system',
}

export function Shell() {
  const live = useRef<Disposable>(undefined)
  useEffect(() => {
    live.current = openLive(isRefused)
    return () => live.current?.[Symbol.dispose]()
  }, [])

  /** Whoever logs out stops listening first: the device would cut it off. */
  async function leave(): Promise<void> {
    live.current?.[Symbol.dispose]()
    try {
      await logOut()
    } catch (error) {
      live.current = openLive(isRefused)
      throw error
    }
  }

  return (
    <div class="shell">
      <button type="button" class="skip-link" onClick={() => document.querySelector('main')?.focus()}>
        {t('skip-to-content')}
      </button>
      <header class="top-bar">
        <a class="brand" href={hrefOf({ page: 'folders' })}>
          <Mark />
          <span>Berrysync</span>
        </a>
        <a
          class="device-name"
          href={hrefOf({ page: 'system' })}
          aria-current={route.value.page === 'system' ? 'page' : undefined}
        >
          <Icon name="device" />
          <span>{device.value?.name ?? access.value?.name}</span>
          <span class={`connection-dot ${connection.value}`} title={t(`connection-${connection.value}`)} />
        </a>
        <button type="button" class="log-out" onClick={() => doAndTell(leave)}>
          <Icon name="out" />
          <span>{t('log-out')}</span>
        </button>
      </header>
      <nav class="main-nav" aria-label={t('nav-label')}>
        {navPages.map((page) => (
          <a
            key={page}
            class={page === 'system' ? 'wide-only' : undefined}
            href={hrefOf({ page })}
            aria-current={navPageOf(route.value) === page ? 'page' : undefined}
          >
            <Icon name={pageIcons[page]} />
            <span>{t(`nav-${page}`)}</span>
          </a>
        ))}
      </nav>
      <main id="main" tabIndex={-1}>
        <ConnectionState />
        <PageOf route={route.value} />
      </main>
    </div>
  )
}

/** Whether the stream ended because the log-in did. A device that does not answer may be back soon. */
async function isRefused(): Promise<boolean> {
  try {
    return (await loadAccess()).state !== 'open'
  } catch {
    return false
  }
}

/** Read out when it changes; in sight only while something is wrong. */
function ConnectionState() {
  const isLost = connection.value === 'reconnecting'
  return (
    <div class="connection" role="status">
      {isLost && (
        <p class="connection-lost">
          <Icon name="sync" />
          <strong>{t('connection-reconnecting')}</strong> {t('connection-reconnecting-about')}
        </p>
      )}
    </div>
  )
}

/** Where in the navigation a page belongs. */
function navPageOf({ page }: Route): NavPage | undefined {
  if (page === 'folder' || page === 'add-folder') return 'folders'
  return navPages.find((name) => name === page)
}
