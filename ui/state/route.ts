/**
 * Which page is shown. It stands after the `#` of the address, so that the device serves one page whatever is shown, and never hears what
 * is in a link that somebody opens: there may be a secret in it.
 */
import { signal } from '@preact/signals'

export const folderTabs = [
  'overview',
  'sharing',
  'files',
  'archive',
  'conflicts',
  'changes',
  'settings',
] as const
export type FolderTab = (typeof folderTabs)[number]

/** Sections of the preferences, in their order. */
export const preferencesSections = [
  'general',
  'limits',
  'network',
  'closed',
  'web',
  'directories',
  'advanced',
] as const
export type PreferencesSection = (typeof preferencesSections)[number]

/** Sections of the system page, in their order. */
export const systemSections = ['machine', 'disks', 'backup'] as const
export type SystemSection = (typeof systemSections)[number]

export type Route =
  | { readonly page: 'folders' }
  /** `only` and `search`: which of a long list are shown. */
  | {
      readonly page: 'folder'
      readonly folder: string
      readonly tab: FolderTab
      readonly only?: string
      readonly search?: string
    }
  /** `link` is what somebody opened or pasted: a `berrysync://` link, or a secret. */
  | { readonly page: 'add-folder'; readonly link?: string }
  | { readonly page: 'devices' }
  | { readonly page: 'transfers' }
  | { readonly page: 'history' }
  /** The first section when left out. */
  | { readonly page: 'preferences'; readonly section?: PreferencesSection }
  /** The machine itself; the first section when left out. */
  | { readonly page: 'system'; readonly section?: SystemSection }
  /** The first steps of a new appliance. */
  | { readonly page: 'welcome' }
  | { readonly page: 'unknown' }

/** Pages of the navigation, in its order. */
export const mainPages = ['folders', 'devices', 'transfers', 'history', 'preferences'] as const
export type MainPage = (typeof mainPages)[number]

export const route = signal<Route>({ page: 'folders' })

/** Reads what stands after the `#`. */
export function parseRoute(fragment: string): Route {
  const [path = '', query = ''] = fragment.replace(/^#?\/?/, '').split('?', 2)
  const [first = '', second, third, ...rest] = path.split('/').map(decode)
  if (rest.length > 0) return { page: 'unknown' }
  if (first === '' || (first === 'folders' && second === undefined)) return { page: 'folders' }
  if (first === 'folders' && second) {
    const tab = folderTabs.find((name) => name === (third ?? 'overview'))
    if (tab === undefined) return { page: 'unknown' }
    return { page: 'folder', folder: second, tab, ...given(query, ['only', 'search']) }
  }
  if (first === 'preferences' && second && third === undefined) {
    const section = preferencesSections.find((name) => name === second)
    return section === undefined ? { page: 'unknown' } : { page: 'preferences', section }
  }
  if (first === 'system' && third === undefined) {
    const section = systemSections.find((name) => name === (second ?? 'machine'))
    return section === undefined ? { page: 'unknown' } : { page: 'system', section }
  }
  if (second !== undefined) return { page: 'unknown' }
  if (first === 'welcome') return { page: 'welcome' }
  if (first === 'add-folder') {
    return { page: 'add-folder', ...given(query, ['link']) }
  }
  const page = mainPages.find((name) => name === first)
  return page === undefined ? { page: 'unknown' } : { page }
}

/** The address of a page, for links. */
export function hrefOf(to: Route): string {
  switch (to.page) {
    case 'folder': {
      const folder = `#/folders/${encodeURIComponent(to.folder)}`
      const { only, search } = to
      return (to.tab === 'overview' ? folder : `${folder}/${to.tab}`) + queryText({ only, search })
    }
    case 'add-folder':
      return `#/add-folder${queryText({ link: to.link })}`
    case 'preferences':
    case 'system':
      return to.section === undefined ? `#/${to.page}` : `#/${to.page}/${to.section}`
    case 'unknown':
      return '#/'
    default:
      return `#/${to.page}`
  }
}

export function goTo(to: Route): void {
  location.hash = hrefOf(to)
}

/** Changes what is shown of a page, which is no step that the way back leads over. */
export function showInstead(to: Route): void {
  history.replaceState(null, '', hrefOf(to))
  route.value = to
}

/** Follows the address bar. `onChange` hears of every other page. */
export function followAddress(onChange: () => void): void {
  const read = () => {
    route.value = parseRoute(location.hash)
  }
  read()
  addEventListener('hashchange', () => {
    const before = hrefOf(route.value)
    read()
    if (hrefOf(route.value) !== before) onChange()
  })
}

/** Those of the names that the query has. */
function given<N extends string>(query: string, names: readonly N[]): { readonly [name in N]?: string } {
  const values = new URLSearchParams(query)
  return Object.fromEntries(
    names.flatMap((name) => (values.has(name) ? [[name, values.get(name)!]] : [])),
  ) as { readonly [name in N]?: string }
}

function queryText(values: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, value)
  return query.size === 0 ? '' : `?${query}`
}

/** What is not percent-encoded as it should be stays as it is, and names no page. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
