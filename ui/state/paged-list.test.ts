import { expect, test } from 'vitest'
import { until } from '../../src/testing/until.ts'
import { ApiError } from '../api/api-error.ts'
import { createPagedList, type FetchedPage, type PagedList } from './paged-list.ts'

const pageRows = 100

/** Numbers in order, in pages; counts what was asked for. */
function aSource(count: number) {
  const source = {
    rows: Array.from({ length: count }, (_, at) => at),
    asked: [] as (string | undefined)[],
    fault: undefined as ApiError | undefined,
    async fetch(after: string | undefined): Promise<FetchedPage<number>> {
      source.asked.push(after)
      if (source.fault !== undefined) throw source.fault
      const left = source.rows.filter((row) => after === undefined || row > Number(after))
      const rows = left.slice(0, pageRows)
      return { rows, next: left.length > pageRows ? String(rows.at(-1)) : undefined }
    },
  }
  return source
}

/** Until nothing is being fetched any more. */
async function rest(list: PagedList<number>, isDone: (rows: readonly number[]) => boolean): Promise<void> {
  await until('the rows', () => isDone(list.state.value.rows))
}

test('only as much is fetched as is scrolled to, and some ahead', async () => {
  const source = aSource(1_000)
  using list = createPagedList(source.fetch)
  await rest(list, (rows) => rows.length === 200)
  expect(source.asked).toEqual([undefined, '99'])
  list.show(300, 340)
  await rest(list, (rows) => rows.length === 500)
  expect(list.state.value.isComplete).toBe(false)
  list.show(900, 1_000)
  await until('the end', () => list.state.value.isComplete)
  expect(list.state.value.rows).toEqual(source.rows)
  expect(source.asked).toHaveLength(10)
})

test('empty pages are passed over, an empty list is complete', async () => {
  using list = createPagedList(async (after) =>
    after === '2' ? { rows: [7] } : { rows: [], next: after === undefined ? '1' : '2' },
  )
  await until('the end', () => list.state.value.isComplete)
  expect(list.state.value.rows).toEqual([7])
  using none = createPagedList(async () => ({ rows: [] }))
  await until('the end', () => none.state.value.isComplete)
})

test('after a change only the pages in sight are fetched, the others when they come into sight', async () => {
  const source = aSource(1_000)
  using list = createPagedList(source.fetch)
  list.show(0, 900)
  await until('the end', () => list.state.value.isComplete)
  list.show(420, 450)
  source.asked.length = 0
  list.refresh()
  await until('a request', () => source.asked.length > 0)
  list.show(10, 40)
  await until('a request', () => source.asked.length > 1)
  expect(source.asked).toEqual(['399', undefined])
  expect(list.state.value.rows).toEqual(source.rows)
})

test('what came and what is gone is shown as it is, nothing twice and nothing left out', async () => {
  const source = aSource(1_000)
  using list = createPagedList(source.fetch)
  list.show(0, 900)
  await until('the end', () => list.state.value.isComplete)
  list.show(180, 320)
  source.rows = source.rows.filter((row) => row < 190 || row > 310).concat(2_000)
  source.rows = [...source.rows, 150.5, 400.5].sort((a, b) => a - b)
  list.refresh()
  await rest(list, (rows) => rows.includes(150.5))
  const { rows } = list.state.value
  expect(rows).toEqual(source.rows.slice(0, rows.length))
  expect(rows.length).toBeGreaterThanOrEqual(320)
  list.show(0, 2_000)
  await until('the end', () => list.state.value.isComplete)
  expect(list.state.value.rows).toEqual(source.rows)
})

test('a failure keeps what is there, and is tried again when asked', async () => {
  const source = aSource(300)
  using list = createPagedList(source.fetch)
  await rest(list, (rows) => rows.length === 200)
  source.fault = new ApiError({ code: 'closing', message: '', data: {} })
  list.show(150, 200)
  await until('the error', () => list.state.value.error?.code === 'closing')
  expect(list.state.value.rows).toHaveLength(200)
  source.fault = undefined
  list.refresh()
  await until('the end', () => list.state.value.isComplete)
  expect(list.state.value).toEqual({ rows: source.rows, isComplete: true })
})
