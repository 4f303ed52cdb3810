import { expect, test } from 'vitest'
import type { Limits } from './limits.ts'
import { type BenchCase, metric } from './measures.ts'
import { rowsOf, rowsToText } from './report.ts'

const limits: Limits = {
  ...{ sha256OneCore: 1000, sha256TwoCores: 2000, aesGcmOneCore: 1, aesGcmTwoCores: 1 },
  ...{ tcp: 1, diskWrite: 1, smallFiles: 1 },
}

function caseWith(...metrics: BenchCase['metrics']): BenchCase {
  return { name: 'case', title: '', rivals: [], metrics, run: async () => ({}) }
}

test('a ratio is the median of the ratios of the rounds, not the ratio of the medians', () => {
  const bench = caseWith(metric('time', 's', { kind: 'ratio', atMost: 0.5 }))
  const rounds = [
    { berrysync: { time: 1 }, syncthing: { time: 10 } },
    { berrysync: { time: 2 }, syncthing: { time: 2 } },
    { berrysync: { time: 3 }, syncthing: { time: 5 } },
  ]
  const [row] = rowsOf(bench, rounds, limits)
  expect(row!.medians).toEqual({ berrysync: 2, syncthing: 5 })
  expect(row!.ratios.syncthing).toBeCloseTo(0.6)
  expect(row!.verdicts).toMatchObject([{ target: '≤ 0.5 × Syncthing', isMet: false }])
})

test('a target may be a value, or a share of what the machine can do', () => {
  const bench = caseWith(
    metric(
      'rate',
      'MB/s',
      { kind: 'value', atMost: 5000 },
      { kind: 'limit', limit: 'sha256TwoCores', atLeast: 0.6 },
    ),
  )
  const [row] = rowsOf(bench, [{ berrysync: { rate: 1200 } }], limits)
  expect(row!.verdicts.map(({ isMet }) => isMet)).toEqual([true, true])
})

test('what is printed as the bound meets it', () => {
  const bench = caseWith(metric('cpu', '%', { kind: 'value', atMost: 0.1 }))
  const [row] = rowsOf(bench, [{ berrysync: { cpu: 0.1 + Number.EPSILON } }], limits)
  expect(row!.verdicts).toMatchObject([{ isMet: true }])
})

test('what was not measured is neither met nor missed', () => {
  const bench = caseWith(metric('time', 's', { kind: 'ratio', atMost: 0.5 }))
  const rows = rowsOf(bench, [{ berrysync: { time: 1 } }, {}], limits)
  expect(rows[0]!.verdicts).toEqual([])
  expect(rowsToText(rows)).toMatch(/^case +time \(s\) +1 +– +– +–$/m)
})
