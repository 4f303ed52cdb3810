/**
 * Texts in the reader's language. A component that calls `t` is drawn again when the language changes. The texts of a language are loaded
 * when it is chosen; until then the page keeps the one before.
 */
import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle'
import { signal } from '@preact/signals'
import type { ErrorBody } from '../../src/api/schemas/basics.ts'
import { type Language, language } from '../state/preferences.ts'
import { formatBytes } from './format.ts'

export type TextArgs = Readonly<Record<string, string | number>>

const loaders: Readonly<Record<Language, () => Promise<{ readonly texts: string }>>> = {
  en: () => import('texts:en'),
  ru: () => import('texts:ru'),
}

const bundle = signal<FluentBundle | undefined>(undefined)

/** Makes texts ready for use. */
export function buildBundle(name: Language, texts: string): FluentBundle {
  const made = new FluentBundle(name, {
    // Both languages run in the same direction, and the marks would end up in what people copy.
    useIsolating: false,
    functions: { BYTES: ([value]) => formatBytes(Number(value), name) },
  })
  made.addResource(new FluentResource(texts))
  return made
}

/** Loads the chosen language, now and whenever another is chosen. Resolves when the first one is there. */
export function followLanguage(): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  language.subscribe((name) => {
    loaders[name]().then(({ texts }) => {
      if (name === language.peek()) bundle.value = buildBundle(name, texts)
      resolve()
    }, reject)
  })
  return promise
}

/** The text of a key. */
export function t(key: string, args?: TextArgs): string {
  return textOf(key, args) ?? key
}

/** The text of a key, or other words where the language has none. */
export function textOr(key: string, otherwise: string): string {
  return textOf(key) ?? otherwise
}

/** What went wrong, in the reader's language; in the daemon's own words where there are no others. */
export function errorText({
  code,
  message,
  data,
}: Omit<ErrorBody, 'data'> & { readonly data?: TextArgs | undefined }): string {
  return textOf(`error-${code}`, withReason(data)) ?? message
}

/** The reason in an error's data in the reader's language, with the system's own code behind it, which is what people search for. */
function withReason(data: TextArgs | undefined): TextArgs | undefined {
  const reason = data?.why === undefined ? undefined : textOf(`reason-${data.why}`)
  if (reason === undefined) return data
  return { ...data, reason: data?.system === undefined ? reason : `${reason} (${data.system})` }
}

/** Undefined where the language has no such text, or something to fill it with is missing. */
function textOf(key: string, args?: TextArgs): string | undefined {
  const texts = bundle.value
  const pattern = texts?.getMessage(key)?.value
  if (texts === undefined || pattern === undefined || pattern === null) return undefined
  const faults: Error[] = []
  const text = texts.formatPattern(pattern, args as Record<string, FluentVariable>, faults)
  return faults.length > 0 ? undefined : text
}
