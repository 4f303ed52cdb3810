import { expect, test } from 'vitest'
import { recordOf, storeOptions, versionOf } from '../testing/store-values.ts'
import { maxHistoryRows } from './journal.ts'
import { openFolderStore } from './open-folder-store.ts'

test('I14 history keeps the newest rows only and tells them newest first', () => {
  using store = openFolderStore(':memory:', storeOptions)
  store.transaction(() => {
    for (let atMs = 1; atMs <= maxHistoryRows + 5; atMs += 1) {
      store.addHistory({ atMs, path: 'a', action: 'received', device: 'pi', sizeBytes: 2 ** 40 })
    }
  })
  const rows = store.history(maxHistoryRows * 2)
  expect(rows).toHaveLength(maxHistoryRows)
  expect(rows[0]).toEqual({
    atMs: maxHistoryRows + 5,
    number: expect.any(Number),
    path: 'a',
    action: 'received',
    device: 'pi',
    sizeBytes: 2 ** 40,
  })
  expect(rows.at(-1)?.atMs).toBe(6)
})

test('problems are cleared by code, however many there are', () => {
  using store = openFolderStore(':memory:', storeOptions)
  store.transaction(() => {
    for (let number = 0; number < 2500; number += 1) {
      store.setProblem({
        path: `p${number}`,
        code: number % 2 === 0 ? 'unreadable' : 'io-error',
        message: 'm',
        data: {},
        retryMs: 0,
      })
    }
    store.clearProblemsExcept(['unreadable', 'changing'], new Set(['p0', 'p2498']))
  })
  const codes = store.problems(5000).map((row) => row.code)
  expect([codes.length, codes.filter((code) => code === 'unreadable').length]).toEqual([1252, 2])
})

test('a problem told before its path became known holds the path back', () => {
  using store = openFolderStore(':memory:', storeOptions)
  const version = versionOf('a')
  store.setProblem({ path: 'a', code: 'no-peer-has-it', message: 'm', data: {}, retryMs: 100 })
  store.addRecord(recordOf(version))
  store.setWinner(version.path, version.id, [])
  expect([store.needs(99, 10).length, store.needs(100, 10).length]).toEqual([0, 1])
})

test('history is read on from a place while new rows arrive, and searched in any case', () => {
  using store = openFolderStore(':memory:', storeOptions)
  const add = (atMs: number, path: string, action: 'received' | 'deleted' = 'received') =>
    store.addHistory({ atMs, path, action, device: 'pi', sizeBytes: 0 })
  // The clock was set back once.
  for (const atMs of [5, 5, 7, 3, 5]) add(atMs, `Фото/${atMs}`)
  const first = store.history(2)
  expect(first.map(({ atMs, number }) => [atMs, number])).toEqual([
    [7, 3],
    [5, 5],
  ])
  add(9, 'фильм.mkv', 'deleted')
  const rest = store.history(9, { after: first[1]! })
  expect(rest.map(({ atMs, number }) => [atMs, number])).toEqual([
    [5, 2],
    [5, 1],
    [3, 4],
  ])
  expect(store.history(9, { search: 'ФОТО/3' }).map(({ path }) => path)).toEqual(['Фото/3'])
  expect(store.history(9, { search: 'Ф', action: 'deleted' }).map(({ path }) => path)).toEqual(['фильм.mkv'])
  expect(store.history(9, { search: '%' })).toEqual([])
})
