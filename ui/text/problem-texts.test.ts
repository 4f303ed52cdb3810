import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorCodes } from '../../src/core/errors.ts'
import { problemKinds } from '../state/folder-glance.ts'

test.each(['en', 'ru'])('every kind of problem is told with what to do in %s', (name) => {
  const text = readFileSync(join(import.meta.dirname, name, 'problems.ftl'), 'utf8')
  const told = new Set([...text.matchAll(/^([\w-]+) = ./gm)].map(([, key]) => key))
  const wanted = [...problemKinds, 'other'].flatMap((kind) => [`problem-${kind}`, `problem-do-${kind}`])
  expect(wanted.filter((key) => !told.has(key))).toEqual([])
})

test('every kind of problem is one that the device tells of', () => {
  expect(problemKinds.filter((kind) => !errorCodes.some((code) => code === kind))).toEqual([])
})
