/** What this browser was told to look like: language, theme, units of speed. Kept in the browser, so each reader has their own. */
import { type Signal, signal } from '@preact/signals'

export const languages = ['en', 'ru'] as const
export type Language = (typeof languages)[number]
export const themes = ['system', 'light', 'dark'] as const
export const speedUnits = ['bytes', 'bits'] as const
export type SpeedUnit = (typeof speedUnits)[number]

const prefix = 'berrysync.'

export const language = kept('language', languages, preferredLanguage())
export const theme = kept('theme', themes, 'system')
export const speedUnit = kept('speed-unit', speedUnits, 'bytes')

/** The first language of the browser that there are texts in. */
function preferredLanguage(): Language {
  const wanted = globalThis.navigator?.languages ?? []
  for (const tag of wanted) {
    const known = languages.find((name) => tag.toLowerCase().startsWith(name))
    if (known !== undefined) return known
  }
  return 'en'
}

/** A choice that outlives the page; where the browser keeps nothing it holds until the page is closed. */
function kept<const T extends string>(name: string, choices: readonly T[], otherwise: T): Signal<T> {
  const choice = signal<T>(choices.find((value) => value === read(name)) ?? otherwise)
  choice.subscribe((value) => write(name, value === otherwise ? undefined : value))
  return choice
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(prefix + name)
  } catch {
    return null
  }
}

function write(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(prefix + name)
    else localStorage.setItem(prefix + name, value)
  } catch {
    // A browser that forbids keeping anything still shows the page.
  }
}

/** Puts language and theme on the document, and follows them and the system. */
export function dressDocument(): void {
  const wantsDark = matchMedia('(prefers-color-scheme: dark)')
  const dress = () => {
    const isDark = theme.value === 'dark' || (theme.value === 'system' && wantsDark.matches)
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
  }
  wantsDark.addEventListener('change', dress)
  theme.subscribe(dress)
  language.subscribe((value) => {
    document.documentElement.lang = value
  })
}
