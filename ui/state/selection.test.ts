import { expect, test } from 'vitest'
import { allOf, chosenOf, isChosen, isEverything, noneChosen, tallyOf, toggled } from './selection.ts'

test('some are chosen, or all but some', () => {
  const some = toggled(toggled(noneChosen, 'a'), 'b')
  expect(['a', 'b', 'c'].map((key) => isChosen(some, key))).toEqual([true, true, false])
  expect(isChosen(toggled(some, 'a'), 'a')).toBe(false)
  const most = toggled(allOf, 'a')
  expect(['a', 'b', 'c'].map((key) => isChosen(most, key))).toEqual([false, true, true])
  expect(isChosen(toggled(most, 'a'), 'a')).toBe(true)
  expect([allOf, most, toggled(most, 'a'), some, noneChosen].map(isEverything)).toEqual([
    ...[true, false, true],
    ...[false, false],
  ])
})

test('rows that were not fetched count where it is known how many there are', () => {
  const fetched = ['a', 'b', 'c']
  expect(tallyOf(allOf, fetched, undefined)).toEqual({ count: 3, isMore: true })
  expect(tallyOf(allOf, fetched, 10)).toEqual({ count: 10, isMore: false })
  expect(tallyOf(toggled(allOf, 'b'), fetched, 10)).toEqual({ count: 9, isMore: false })
  // What went meanwhile is not taken away twice.
  expect(tallyOf(toggled(allOf, 'gone'), fetched, 3)).toEqual({ count: 3, isMore: false })
  expect(tallyOf(toggled(toggled(noneChosen, 'a'), 'gone'), fetched, 10)).toEqual({
    count: 1,
    isMore: false,
  })
})

async function listOf<T>(things: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const thing of things) list.push(thing)
  return list
}

/** Ten rows in pages of four, of which the first was scrolled to. */
function aLongList() {
  const rows = Array.from({ length: 10 }, (_, at) => String(at))
  const asked: (string | undefined)[] = []
  async function fetchPage(after: string | undefined) {
    asked.push(after)
    const from = after === undefined ? 0 : Number(after)
    const next = from + 4 < rows.length ? { next: String(from + 4) } : {}
    return { rows: rows.slice(from, from + 4), ...next }
  }
  const choose = (selection = allOf) => listOf(chosenOf(selection, rows.slice(0, 4), (row) => row, fetchPage))
  return { choose, asked }
}

test('all but one are all others, however far somebody has scrolled', async () => {
  const { choose, asked } = aLongList()
  expect((await choose(toggled(allOf, '2'))).join('')).toBe('013456789')
  expect(asked).toEqual([undefined, '4', '8'])
})

test('some are found among what was fetched', async () => {
  const { choose, asked } = aLongList()
  expect(await choose(toggled(noneChosen, '2'))).toEqual(['2'])
  expect(asked).toEqual([])
})

test('a directory in which something is not chosen is left as it is', async () => {
  const rows = ['a', 'photos', 'photos/20', 'photos/2026', 'photos/2026/a.jpg', 'photos/2026/b.jpg']
  const all = chosenOf(
    toggled(allOf, 'photos/2026/a.jpg'),
    [],
    (row) => row,
    async () => ({ rows }),
  )
  expect(await listOf(all)).toEqual(['a', 'photos/20', 'photos/2026/b.jpg'])
})
