/** Whom modules of the page may lean on, and what none of them may contain. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { expect, test } from 'vitest'

const root = import.meta.dirname

const modules = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !/\.(test|d)\.ts$/.test(file) && !file.startsWith('testing/'))
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '') }))

/** Parts of the page, each with those it may import besides itself. Modules at the top bring them together. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  api: [],
  state: ['api'],
  text: ['state'],
  parts: ['api', 'state', 'text'],
  pages: ['api', 'state', 'text', 'parts'],
}

function importsOf(text: string): { readonly target: string; readonly isType: boolean }[] {
  const found = text.matchAll(
    /import\s+(type\s+)?(?:[^'"]*?from\s+)?['"]([^'"]+)['"]|import\(['"]([^'"]+)['"]\)/g,
  )
  return [...found].map(([, type, target, late]) => ({
    target: (target ?? late)!,
    isType: type !== undefined,
  }))
}

test('a part leans only on those below it', () => {
  const wrong = modules.flatMap(({ file, text }) => {
    const part = file.split('/')[0]!
    const allowed = mayImport[part]
    if (allowed === undefined) return []
    return importsOf(text)
      .map(({ target }) => posix.join(posix.dirname(file), target))
      .filter((target) => modules.some((module) => module.file === target))
      .filter((target) => ![part, ...allowed].includes(target.split('/')[0]!))
      .map((target) => `${file} imports ${target}`)
  })
  expect(wrong).toEqual([])
})

test('of the daemon only the words of the API are known, and only as types', () => {
  const wrong = modules.flatMap(({ file, text }) =>
    importsOf(text)
      .filter(({ target }) => target.includes('/src/') || target.startsWith('node:'))
      .filter(({ target, isType }) => !isType || !target.includes('/src/api/schemas/'))
      .map(({ target }) => `${file} imports ${target}`),
  )
  expect(wrong).toEqual([])
})

test('no text becomes part of the page as anything but text', () => {
  const bans =
    /dangerouslySetInnerHTML|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/
  expect(modules.filter(({ text }) => bans.test(text)).map(({ file }) => file)).toEqual([])
})
