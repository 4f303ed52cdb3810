import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorCodes } from '../../src/core/errors.ts'
import { problemKinds } from './folder-glance.ts'
import { explainedHalts } from './halt-words.ts'
import { languages } from './preferences.ts'

function keysOf(language: string): Set<string> {
  const directory = join(import.meta.dirname, '../text', language)
  const text = readdirSync(directory)
    .map((file) => readFileSync(join(directory, file), 'utf8'))
    .join('\n')
  return new Set([...text.matchAll(/^([\w-]+) =/gm)].map(([, key]) => key!))
}

test.each(languages)(
  'what halts a folder, and what is wrong with a file, is explained whole in %s',
  (language) => {
    const keys = keysOf(language)
    const wanted = [
      ...explainedHalts.map((code) => `history-halted-${code}`),
      ...explainedHalts.flatMap((code) => ['what', 'safe', 'do'].map((part) => `halt-${part}-${code}`)),
      ...[...problemKinds, 'other'].flatMap((kind) => [`problem-${kind}`, `problem-do-${kind}`]),
    ]
    expect(wanted.filter((key) => !keys.has(key))).toEqual([])
  },
)

test('only codes that there are have an explanation', () => {
  const known: readonly string[] = errorCodes
  expect([...explainedHalts, ...problemKinds].filter((code) => !known.includes(code))).toEqual([])
})
