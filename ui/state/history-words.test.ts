import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { countNew, describeHistory, type HistoryRow, historyActions, withDays } from './history-words.ts'

function aRow(change: Partial<HistoryRow> = {}): HistoryRow {
  return {
    folder: '/srv/photos',
    at: '2026-05-10T12:00:00.000Z',
    path: 'a.jpg',
    action: 'received',
    device: 'attic',
    sizeBytes: 1,
    ...change,
  }
}

test('there are words for everything the engine writes down', () => {
  const source = readFileSync(join(import.meta.dirname, '../../src/store/folder-store.ts'), 'utf8')
  const actions = /readonly action:\n([\s\S]*?)\n {2}\//.exec(source)![1]!
  const written = [...actions.matchAll(/'([a-z-]+)'/g)].map(([, action]) => action!)
  expect(written.toSorted()).toEqual([...historyActions].sort())
  for (const action of historyActions)
    expect(describeHistory(aRow({ action }), 'pi').key).toMatch(`history-${action}`)
})

test('what was done on this device is told as that', () => {
  expect(describeHistory(aRow({ action: 'deleted', device: 'pi' }), 'pi')).toEqual({
    key: 'history-deleted-here',
  })
  expect(describeHistory(aRow({ action: 'deleted' }), 'pi')).toEqual({
    key: 'history-deleted-there',
    args: { device: 'attic' },
  })
})

test('a stop says why, where there is a sentence for it', () => {
  expect(describeHistory(aRow({ action: 'halted', path: 'disk-full' }), 'pi').key).toBe(
    'history-halted-disk-full',
  )
  expect(describeHistory(aRow({ action: 'halted', path: 'newer' }), 'pi').key).toBe('history-halted')
})

test('what a newer device writes down is shown as it is', () => {
  expect(describeHistory(aRow({ action: 'polished' }), 'pi')).toEqual({
    key: 'history-other',
    args: { action: 'polished' },
  })
})

test('each day has one heading', () => {
  const at = (...parts: [number, number, number, number]) => new Date(...parts).toISOString()
  const items = withDays([
    aRow({ at: at(2026, 4, 10, 1) }),
    aRow({ at: at(2026, 4, 10, 0) }),
    aRow({ at: at(2026, 4, 9, 23) }),
  ])
  expect(items.map(({ kind }) => kind)).toEqual(['day', 'row', 'row', 'day', 'row'])
  expect(items[3]).toEqual({ kind: 'day', ms: new Date(2026, 4, 9).getTime() })
  expect(withDays([])).toEqual([])
})

test('new is what stands before the first row that is shown', () => {
  const [newer, first, older] = [aRow({ path: 'new' }), aRow(), aRow({ path: 'old' })]
  expect(countNew([newer, first, older], first)).toBe(1)
  expect(countNew([first, older], first)).toBe(0)
  expect(countNew([newer, older], first)).toBe(2)
  expect(countNew([newer], undefined)).toBe(1)
})
