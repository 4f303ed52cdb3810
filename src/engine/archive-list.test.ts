import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import { type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'
import type { Page, PageQuery } from './pages.ts'

let device: MemoryDevice | undefined
afterEach(async () => {
  await device?.[Symbol.asyncDispose]()
  device = undefined
})

const day = 86_400_000
const today = Date.UTC(2026, 0, 20)
const onDay = (number: number) => Date.UTC(2026, 0, number)

async function open(): Promise<ManualClock> {
  const clock = createManualClock(today)
  device = await openMemoryDevice({ clock, name: 'victor' })
  await pass(clock)
  return clock
}

/** As if this had been archived then, having been written on another day. */
function archive(path: string, archivedMs: number, writtenMs: number, text = path): string {
  const { person } = device!.own
  const top = new Date(archivedMs).toISOString().replaceAll(':', '')
  person.writeFile(`.sync/archive/${top}/${path}`, text)
  person.touch(`.sync/archive/${top}/${path}`, BigInt(writtenMs) * 1_000_000n)
  return `${top}/${path}`
}

async function takeAll<T>(
  limit: number,
  list: (query: PageQuery) => Promise<Page<T>>,
  search?: string,
): Promise<T[]> {
  const all: T[] = []
  for (let after: string | undefined; ; ) {
    const { rows, next } = await list({ after, limit, search })
    expect(rows.length).toBeLessThanOrEqual(limit)
    all.push(...rows)
    if (next === undefined) return all
    after = next
  }
}

test('the archive is listed from the newest back, the same in pages of any length, and searched in any case', async () => {
  await open()
  const ids = [
    archive('a/b', onDay(3), onDay(1)),
    archive('a.txt', onDay(3), onDay(1)),
    archive('Ärger/x', onDay(3), onDay(1)),
    archive('a/b', onDay(2), onDay(1)),
    archive('a', onDay(1), onDay(1)),
  ]
  for (const limit of [1, 2, 3, 4, 5, 6]) {
    const rows = await takeAll(limit, (query) => device!.folder.listArchive(query))
    expect(rows.map(({ id }) => id)).toEqual(ids)
  }
  for (const search of ['ÄRGER', 'ärger', 'A\u0308rger', 'R/X']) {
    const rows = await takeAll(1, (query) => device!.folder.listArchive(query), search)
    expect(rows.map(({ path }) => path)).toEqual(['Ärger/x'])
  }
})

test('a page goes on behind an entry that is gone by then', async () => {
  await open()
  const [, second, third] = [1, 2, 3].map((number) => archive('a', onDay(10 - number), onDay(1)))
  device!.own.person.remove(`.sync/archive/${second!.split('/')[0]}`)
  const { rows } = await device!.folder.listArchive({ after: second, limit: 9 })
  expect(rows.map(({ id }) => id)).toEqual([third])
  await expect(device!.folder.listArchive({ after: '../x', limit: 9 })).rejects.toMatchObject({
    code: 'not-found',
  })
})

test.each([
  // What left the path, and when it had been written; what of it was there on day 10.
  ['nothing left it', [], undefined],
  ['one left it later', [[12, 5]], 12],
  [
    'the first that left it later is what was there',
    [
      [12, 5],
      [14, 12],
      [16, 14],
    ],
    12,
  ],
  [
    'what left it before was gone',
    [
      [8, 5],
      [12, 8],
    ],
    12,
  ],
  ['all left it before', [[8, 5]], undefined],
  ['at that very moment it was gone', [[10, 5]], undefined],
  [
    'it was written later than that',
    [
      [12, 11],
      [14, 5],
    ],
    undefined,
  ],
] as const)('as it was: %s', async (_, left, expected) => {
  await open()
  for (const [archivedDay, writtenDay] of left)
    archive('file', onDay(archivedDay), onDay(writtenDay), `of day ${writtenDay}`)
  const { rows } = await device!.folder.listHeldAt(onDay(10), { limit: 9 })
  expect(rows.map(({ archivedMs }) => archivedMs)).toEqual(expected === undefined ? [] : [onDay(expected)])
})

test('as it was: what a path holds now says whether it was changed, deleted, or is the same again', async () => {
  const clock = await open()
  const { person } = device!.own
  for (const path of ['changed', 'deleted', 'same']) archive(path, onDay(12), onDay(5), 'text')
  person.writeFile('changed', 'text')
  person.writeFile('same', 'text')
  person.touch('same', BigInt(onDay(5)) * 1_000_000n)
  device!.folder.rescan()
  await pass(clock)
  const { rows } = await device!.folder.listHeldAt(onDay(10), { limit: 9 })
  expect(rows.map(({ path, now }) => [path, now])).toEqual([
    ['changed', 'changed'],
    ['deleted', 'deleted'],
  ])
})

test('as it was: what nothing is known of does not fill the pages, however much it is', {
  timeout: 60_000,
}, async () => {
  await open()
  const { person } = device!.own
  for (let number = 0; number < 26_000; number += 1)
    person.writeFile(`.sync/archive/2026-01-12T000000.000Z/${Math.trunc(number / 200)}/${number}`, '')
  for (const path of ['9 last', '0 first', '5 middle']) archive(path, onDay(12), onDay(5))
  const rows = await takeAll(2, (query) => device!.folder.listHeldAt(onDay(10), query))
  expect(rows.map(({ path }) => path)).toEqual(['0 first', '5 middle', '9 last'])
})

test('as it was: pages of any length give what one page of everything gives', async () => {
  await open()
  const left = fc.record({
    path: fc.constantFrom('a', 'b', 'c/d', 'c/e', 'c.f', 'ü', 'z'),
    archivedDay: fc.integer({ min: 1, max: 15 }),
    writtenDay: fc.integer({ min: 0, max: 15 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(left, { maxLength: 20 }),
      fc.integer({ min: 1, max: 15 }),
      fc.integer({ min: 1, max: 4 }),
      async (entries, atDay, limit) => {
        const { person } = device!.own
        if (person.stat('.sync/archive') !== undefined) person.remove('.sync/archive')
        const expected = new Map<string, number | undefined>()
        const sorted = [...entries].sort((a, b) => b.archivedDay - a.archivedDay)
        for (const { path, archivedDay, writtenDay } of sorted) {
          archive(path, onDay(archivedDay), onDay(writtenDay))
          if (archivedDay > atDay) expected.set(path, archivedDay)
        }
        // The last one written to a place is the one that lies there.
        const writtenAt = new Map(sorted.map((each) => [`${each.path} ${each.archivedDay}`, each.writtenDay]))
        const shown = [...expected]
          .filter(([path, archivedDay]) => writtenAt.get(`${path} ${archivedDay}`)! <= atDay)
          .map(([path, archivedDay]) => `${path} ${archivedDay}`)
        const rows = await takeAll(limit, (query) => device!.folder.listHeldAt(onDay(atDay), query))
        const found = rows.map(({ path, archivedMs }) => `${path} ${(archivedMs - onDay(1)) / day + 1}`)
        expect(found).toEqual(shown.sort((a, b) => (a.split(' ')[0]! < b.split(' ')[0]! ? -1 : 1)))
      },
    ),
    { numRuns: 60 },
  )
})

test('what was put back is as it was, though its time could not be set to the nanosecond', async () => {
  const clock = await open()
  archive('a', onDay(15), onDay(1))
  archive('b', onDay(15), onDay(1))
  const { person } = device!.own
  for (const [path, offNs] of [
    ['a', 42n],
    ['b', 5_000n],
  ] as const) {
    person.writeFile(path, path)
    person.touch(path, BigInt(onDay(1)) * 1_000_000n + offNs)
  }
  await pass(clock)
  const { rows } = await device!.folder.listHeldAt(onDay(10), { limit: 9 })
  expect(rows.map(({ path }) => path)).toEqual(['b'])
})
