/** The list of cases is one list: for the emulated board, the real one and the person with a pencil. */
import { expect, test } from 'vitest'
import { seriesFor } from './case-list.ts'
import { checklistOf } from './checklist.ts'
import { lineOf, resultOf, summaryOf } from './results.ts'

const all = seriesFor({ cuts: 50, cutSeries: 3 })
const starts = all.flatMap((series) => series.starts)
const cases = starts.flatMap((start) => start.cases)

test('no two starts have the same id: the time each takes is written down by it', () => {
  expect(new Set(starts.map(({ id }) => id)).size).toBe(starts.length)
})

test('no two cases have the same id, and each tells a person what to do and what to see', () => {
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length)
  expect(cases.filter(({ steps, expect }) => steps.length === 0 || expect === '')).toEqual([])
})

test('a series resumes what another one saves', () => {
  const saving = all
    .filter((series) => series.starts.some(({ isSaved }) => isSaved === true))
    .map(({ id }) => id)
  const resuming = all.filter(({ resumes }) => resumes !== undefined)
  expect(resuming).not.toEqual([])
  for (const { id, resumes } of resuming) expect(saving.filter((each) => each !== id)).toContain(resumes)
  const others = all.filter((series) => !resuming.includes(series)).flatMap((series) => series.starts)
  expect(others.filter(({ options }) => options === 'resume')).toEqual([])
})

test('the cuts are divided among their series, and none is lost', () => {
  const cutsOf = (list: typeof all) =>
    list
      .flatMap((series) => series.starts.flatMap((start) => start.cases))
      .map(({ title }) => Number(/is cut (\d+) times/.exec(title)?.[1] ?? 0))
      .filter((count) => count > 0)
  expect(cutsOf(all)).toEqual([16, 17, 17])
  expect(cutsOf(seriesFor({ cuts: 50, cutSeries: 1 }))).toEqual([50])
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
