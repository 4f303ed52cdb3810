import { readdirSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeMessage } from '../wire/message-codec.ts'
import { caseCount } from './counts.ts'
import { readCorpus } from './fuzz-corpus.ts'
import { mutate, wordsOf } from './fuzz-mutate.ts'
import { plantedTargets } from './fuzz-planted.ts'
import { type FuzzTarget, judge, textOf, usualMaxBytes } from './fuzz-target.ts'
import { fuzzTargets } from './fuzz-targets.ts'
import { fuzzInThread } from './fuzz-thread.ts'
import { messages } from './message-arbitraries.ts'
import { createSeededChance } from './seeded-chance.ts'

function knownInputs({ name, seeds }: FuzzTarget): readonly Buffer[] {
  const kept = readCorpus(name).map(({ input }) => input)
  return [...Array.from(seeds(), (seed) => Buffer.from(seed as Uint8Array)), ...kept]
}

/** Which input is wrong, in a form that the fuzzer takes. */
async function judged(target: FuzzTarget, input: Buffer): Promise<string> {
  const finding = await judge(target, input)
  const again = `npm run fuzz -- --target ${target.name} --input ${input.toString('base64')}`
  return finding === undefined ? 'fine' : `${finding.kind}: ${finding.message}\n${again}`
}

describe('I14 whatever comes in is refused or understood, at a bounded cost', () => {
  test.each(fuzzTargets.map((target) => [target.name, target] as const))(
    '%s',
    async (_, target) => {
      const known = knownInputs(target)
      for (const input of known) expect(await judged(target, input)).toBe('fine')
      const chance = createSeededChance(1)
      const words = wordsOf(target.words ?? [])
      const { maxBytes = usualMaxBytes } = target
      for (let count = 0; count < caseCount(150); count += 1) {
        const input = mutate(chance.pick(known), { chance, words, maxBytes, other: () => chance.pick(known) })
        expect(await judged(target, input)).toBe('fine')
      }
    },
    300_000,
  )

  test('P2 a message of every kind is among what is fuzzed', () => {
    const known = knownInputs(fuzzTargets.find(({ name }) => name === 'message')!)
    const kinds = known.flatMap((input) => {
      try {
        return decodeMessage(input)?.kind ?? []
      } catch {
        return []
      }
    })
    const all = fc.sample(messages, { seed: 2, numRuns: 600 }).map(({ kind }) => kind)
    expect([...new Set(kinds)].sort()).toEqual([...new Set(all)].sort())
  })

  test('every file of kept inputs belongs to a target, and is small', () => {
    const files = readdirSync(new URL('./fuzz-corpus/', import.meta.url))
    const names = fuzzTargets.map(({ name }) => `${name}.txt`)
    expect(files.filter((file) => !names.includes(file))).toEqual([])
    const bytes = fuzzTargets.flatMap(({ name }) => readCorpus(name).map(({ input }) => input.length))
    expect(bytes.reduce((sum, length) => sum + length, 0)).toBeLessThan(700_000)
  })
})

describe('the fuzzer finds what was planted', () => {
  test.each([
    ['planted-error', 'threw', 'reached'],
    ['planted-property', 'threw', 'decoded otherwise'],
    ['planted-allocation', 'large', 'allocate'],
    ['planted-square', 'slow', ''],
    ['planted-loop', 'slow', 'never come back'],
  ])(
    '%s',
    async (name, kind, message) => {
      const { found } = await fuzzInThread({ name, seed: 1, runs: 200_000, untilFound: true, hangSeconds: 2 })
      expect(found.map((each) => each.kind)).toEqual([kind])
      expect(found[0]!.message).toContain(message)
    },
    300_000,
  )

  test('an input that was found is found again without it', async () => {
    const target = plantedTargets.find(({ name }) => name === 'planted-error')!
    expect(await judge(target, Buffer.from('42f00709', 'hex'))).toMatchObject({ kind: 'threw' })
    expect(await judge(target, Buffer.from('42f00708', 'hex'))).toBeUndefined()
  })
})

test('half a character can stand in a text that is made of bytes', () => {
  expect(textOf(Buffer.from('61ffd83d62ff', 'hex'))).toBe('a\ud83db\ufffd')
})
