/** One case alone takes those of its start that come before it, and nothing of other series. */
import { expect, test } from 'vitest'
import type { Series } from './case.ts'
import { seriesFor } from './case-list.ts'
import { chosenSeries } from './chosen-cases.ts'

const all = seriesFor({ cuts: 1, cutSeries: 1 })
const named = (series: readonly Series[]) =>
  series.map(({ id, starts }) => [id, ...starts.flatMap(({ cases }) => cases.map((each) => each.id))])

test('all are run when none is named', () => {
  expect(chosenSeries(all, { without: new Set() })).toEqual(all)
})

test('one that is named takes along what its start has set up before it', () => {
  expect(named(chosenSeries(all, { only: new Set(['units', 'presets']), without: new Set() }))).toEqual([
    ['first', 'start', 'set-up', 'units'],
    ['releases', 'presets'],
  ])
})

test('what goes on with a saved system takes along the start that saves it, with no case of it', () => {
  const chosen = chosenSeries(all, { only: new Set(['disk-blank']), without: new Set() })
  expect(named(chosen)).toEqual([['first'], ['odd-disks', 'disk-blank']])
  expect(chosen[0]!.starts.map(({ id }) => id)).toEqual(['fresh'])
})

test('what is left out is left out; a name that is no case chooses nothing', () => {
  const only = new Set(['units'])
  expect(named(chosenSeries(all, { only, without: new Set(['start']) }))).toEqual([
    ['first', 'set-up', 'units'],
  ])
  expect(chosenSeries(all, { only: new Set(['nothing']), without: new Set() })).toEqual([])
})
