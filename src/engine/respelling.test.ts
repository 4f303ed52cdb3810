import { describe, expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { connectDevices, openMemoryDevice, pass } from '../testing/memory-device.ts'
import { maxFailuresInARow } from './safety.ts'

async function pair() {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const exact = await openMemoryDevice({ clock, name: 'honest' })
  const blind = await openMemoryDevice({
    clock,
    name: 'victim',
    memory: { caseSensitive: false, hardLinks: false },
  })
  connectDevices(exact, blind)
  return {
    ...{ exact, blind },
    pass: (ms?: number) => pass(clock, ms),
    async writeBoth() {
      exact.own.person.writeFile('first', 'one')
      await pass(clock)
      exact.own.person.writeFile('FIRST', 'two')
      await pass(clock, 20_000)
    },
    async [Symbol.asyncDispose]() {
      await exact[Symbol.asyncDispose]()
      await blind[Symbol.asyncDispose]()
    },
  }
}

describe('I2: two names that a disk does not tell apart', () => {
  test('one is there and the other is told, and no content is fetched for it', async () => {
    await using at = await pair()
    await at.writeBoth()
    expect(at.blind.own.person.names('').filter((name) => name !== '.sync')).toEqual(['first'])
    expect(at.blind.folder.status().problems).toMatchObject([{ path: 'FIRST', code: 'name-collides' }])
    expect(at.blind.own.person.names('.sync/stage')).toEqual([])
  })

  test('when a person there takes one away, the other comes at once', async () => {
    await using at = await pair()
    await at.writeBoth()
    at.blind.own.person.remove('first')
    await at.pass(20_000)
    expect(at.blind.own.person.spelled('first')).toBe('FIRST')
    expect(at.blind.own.person.readFile('FIRST').toString()).toBe('two')
    expect(at.exact.own.person.names('').filter((name) => name !== '.sync')).toEqual(['FIRST'])
    expect(at.blind.folder.status().problems).toEqual([])
  })

  test.each(['ignored', 'special'] as const)(
    'what is %s there is in the way only as long as it is there',
    async (kind) => {
      await using at = await pair()
      await at.pass()
      if (kind === 'special') at.blind.own.person.mkfifo('first')
      else {
        at.blind.own.person.writeFile('.sync/ignore', 'first')
        at.blind.own.person.writeFile('first', 'own')
      }
      at.blind.folder.rescan()
      await at.pass()
      at.exact.own.person.writeFile('FIRST', 'two')
      await at.pass()
      expect(at.blind.store.problem('FIRST')?.code).toBe('name-collides')
      at.blind.own.person.remove('first')
      await at.pass(20_000)
      expect(at.blind.own.person.readFile('FIRST').toString()).toBe('two')
      expect(at.blind.folder.status().problems).toEqual([])
    },
  )

  test('more of them than failures may follow each other halt nothing', async () => {
    await using at = await pair()
    const numbers = Array.from({ length: maxFailuresInARow + 5 }, (_, at) => at)
    for (const number of numbers) at.exact.own.person.writeFile(`file ${number}`, `lower ${number}`)
    await at.pass(30_000)
    for (const number of numbers) at.exact.own.person.writeFile(`FILE ${number}`, `upper ${number}`)
    await at.pass(60_000)
    expect(
      at.blind.log.lines.filter(({ fields }) => JSON.stringify(fields).includes('too-many-errors')),
    ).toEqual([])
    expect(at.blind.store.problems(1000)).toHaveLength(numbers.length)
  })
})
