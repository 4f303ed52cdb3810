/** Both languages say the same things, and say everything the pages ask for. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FluentResource } from '@fluent/bundle'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { ledPatterns } from '../../src/appliance/led-patterns.ts'
import { describeError, errorCodes } from '../../src/core/errors.ts'
import { reasonWords } from '../../src/core/network-fault.ts'
import { languages } from '../state/preferences.ts'
import { buildBundle } from './translate.ts'

const here = import.meta.dirname
const uiRoot = join(here, '..')

type Body = FluentResource['body'][number]

function textOf(language: string): string {
  const directory = join(here, language)
  return readdirSync(directory)
    .map((file) => readFileSync(join(directory, file), 'utf8'))
    .join('\n')
}

function entriesOf(language: string): Map<string, Body> {
  const { body } = new FluentResource(textOf(language))
  expect(new Set(body.map(({ id }) => id)).size, `a key of ${language} stands twice`).toBe(body.length)
  return new Map(body.map((entry) => [entry.id, entry]))
}

const entries = { en: entriesOf('en'), ru: entriesOf('ru') }
/** Told by the device in English: only other languages have a text. */
const isError = (key: string) => key.startsWith('error-') || key.startsWith('light-')

/** Everything of one type in a pattern, however deep. */
function partsOf(value: unknown, type: string): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return []
  const own = (value as { type?: unknown }).type === type ? [value as Record<string, unknown>] : []
  return [...own, ...Object.values(value).flatMap((part) => partsOf(part, type))]
}

function variablesOf(entry: Body): string[] {
  return [...new Set(partsOf(entry, 'var').map(({ name }) => String(name)))].sort()
}

/** All code that is shown, in one. */
const code = readdirSync(uiRoot, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.'))
  .map((file) => readFileSync(join(uiRoot, file), 'utf8'))
  .join('\n')

test('both languages have a file for the same topics', () => {
  const [en, ru] = languages.map((language) => readdirSync(join(here, language)).sort())
  expect(ru).toEqual(en)
})

test('the build takes every message as it stands', async () => {
  const { readMessages } = await import(new URL('../../.ci/ui-texts.mjs', import.meta.url).href)
  for (const language of languages) {
    const taken: Map<string, string> = readMessages(join(here, language))
    const text = [...taken].map(([key, value]) => `${key} =${value}`).join('\n')
    expect(new FluentResource(text).body).toEqual(
      expect.arrayContaining(new FluentResource(textOf(language)).body),
    )
    expect(taken.size).toBe(entries[language].size)
  }
})

test('the page gets every text of a language, also those that only that language has', async () => {
  const { textsPlugin } = await import(new URL('../../.ci/ui-texts.mjs', import.meta.url).href)
  for (const language of languages) {
    const { outputFiles } = await build({
      stdin: { contents: `export { texts } from 'texts:${language}'` },
      plugins: [textsPlugin(here)],
      ...{ bundle: true, format: 'esm', write: false },
    })
    const { texts } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0]!.text)}`)
    const { body } = new FluentResource(texts)
    expect(new Map(body.map((entry) => [entry.id, entry]))).toEqual(entries[language])
  }
  expect(entries.en.has('error-secret-mistyped')).toBe(false)
  expect(entries.ru.has('error-secret-mistyped')).toBe(true)
})

test('no line of a text is lost because it is not well-formed', () => {
  for (const language of languages) {
    const written = [...textOf(language).matchAll(/^(-?[a-zA-Z][\w-]*) *=/gm)].map(([, id]) => id)
    expect(written.filter((id) => !entries[language].has(id!))).toEqual([])
  }
})

test('both languages have the same keys, with the same variables', () => {
  const keysOf = (language: 'en' | 'ru') =>
    [...entries[language].keys()].filter((key) => !isError(key)).sort()
  expect(keysOf('ru')).toEqual(keysOf('en'))
  for (const key of keysOf('en'))
    expect(variablesOf(entries.ru.get(key)!), key).toEqual(variablesOf(entries.en.get(key)!))
})

test('every key that the code asks for is there', () => {
  const asked = [...code.matchAll(/\bt\(\s*'([^']+)'|\bkey: '([a-z][a-z-]+)'/g)].map(
    ([, direct, kept]) => direct ?? kept!,
  )
  expect(asked.filter((key) => !entries.en.has(key))).toEqual([])
})

test('every key is asked for: as it is, or made of parts', () => {
  const made = [...code.matchAll(/`([a-z][a-z-]*-(?:\$\{[^{}]+\}|[\w-])+)`/g)].map(
    ([, parts]) => new RegExp(`^${parts!.replaceAll(/\$\{[^}]+\}/g, '[\\w-]+')}$`),
  )
  const unused = [...entries.en.keys()].filter(
    (key) => !isError(key) && !code.includes(`'${key}'`) && !made.some((shape) => shape.test(key)),
  )
  expect(unused).toEqual([])
})

test('Russian numbers have every form there is', () => {
  for (const [key, entry] of entries.ru)
    for (const select of partsOf(entry, 'select')) {
      const names = (select.variants as { key: { value?: unknown } }[]).map(({ key }) => key.value)
      const isPlural = names.some((name) => ['one', 'few', 'many', 'other'].includes(String(name)))
      if (isPlural) expect(names, key).toEqual(expect.arrayContaining(['one', 'few', 'many']))
    }
})

test('every error a person can meet is told in Russian; in English only where the daemon speaks of its command line', () => {
  expect(errorCodes.filter((code) => !entries.ru.has(`error-${code}`))).toEqual([])
  const ownOfBrowser = ['device-unreachable', 'answer-unreadable', 'dismissed']
  const known = new Set([...errorCodes, ...ownOfBrowser].map((code) => `error-${code}`))
  for (const language of languages)
    expect(
      [...entries[language].keys()].filter((key) => key.startsWith('error-') && !known.has(key)),
    ).toEqual([])
  expect(
    ownOfBrowser.filter((code) => !entries.en.has(`error-${code}`) || !entries.ru.has(`error-${code}`)),
  ).toEqual([])
})

test('a reason that the daemon tells by its code is told in every language', () => {
  const told = Object.keys(reasonWords).map((code) => `reason-${code}`)
  for (const language of languages)
    expect([...entries[language].keys()].filter((key) => key.startsWith('reason-')).sort()).toEqual(
      told.toSorted(),
    )
})

test('every light is told in Russian', () => {
  const lights = [...entries.ru.keys()].filter((key) => key.startsWith('light-'))
  expect(lights.sort()).toEqual(ledPatterns.map(({ id }) => `light-${id}`).sort())
})

test('a text of an error is filled with nothing that the daemon does not tell with it', () => {
  const told = (code: (typeof errorCodes)[number]) =>
    new Set([...describeError(code).matchAll(/\{(\w+)\}/g)].map(([, name]) => name!))
  for (const language of languages)
    for (const code of errorCodes) {
      const entry = entries[language].get(`error-${code}`)
      const untold = entry === undefined ? [] : variablesOf(entry).filter((name) => !told(code).has(name))
      expect(untold, `${language} ${code}`).toEqual([])
    }
})

test('texts are filled in, with the forms of the number', () => {
  const bundle = buildBundle('ru', textOf('ru'))
  const say = (files: number) =>
    bundle.formatPattern(bundle.getMessage('count-files')!.value!, { files }).replace(/\s/g, ' ')
  expect([1, 3, 5, 21, 1.5].map(say)).toEqual(['1 файл', '3 файла', '5 файлов', '21 файл', '1,5 файла'])
})
