/** The list of cases is one list: for the emulated board, the real one and the person with a pencil. */
import { expect, test } from 'vitest'
import { seriesFor } from './case-list.ts'
import { checklistOf } from './checklist.ts'
import { lineOf, resultOf, summaryOf } from './results.ts'

const starts = seriesFor({ cuts: 50 }).flatMap((series) => series.starts)
const cases = starts.flatMap((start) => start.cases)

test('no two starts have the same id: the time each takes is written down by it', () => {
  expect(new Set(starts.map(({ id }) => id)).size).toBe(starts.length)
})

test('no two cases have the same id, and each tells a person what to do and what to see', () => {
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length)
  expect(cases.filter(({ steps, expect }) => steps.length === 0 || expect === '')).toEqual([])
})

test('the checklist has every case with all its steps', () => {
  const text = checklistOf(starts)
  for (const { id, steps } of cases) for (const part of [`**${id}**`, ...steps]) expect(text).toContain(part)
})

test('a result is one line with its figures, and a failure says why below it', () => {
  const [each] = cases
  const passed = resultOf(each!, 12.34567, { outcome: 'passed', figures: { uiSeconds: 41.23456 } })
  expect(lineOf(passed)).toBe(`passed    12.3 s  ${each!.id}: ${each!.title} [uiSeconds 41.23]`)
  const failed = resultOf(each!, 1, { outcome: 'failed', figures: {}, reason: 'one\ntwo' })
  expect(lineOf(failed).split('\n').slice(1)).toEqual(['        one', '        two'])
  expect(summaryOf([passed, failed])).toEqual({ passed: 1, failed: 1, notRun: 0 })
})
