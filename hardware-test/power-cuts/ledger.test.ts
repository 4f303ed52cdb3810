/** A10: what a power cut may take, and what it may not, as the ledger judges it. */
import { expect, test } from 'vitest'
import { createLedger, hashOf, type Ledger } from './ledger.ts'

const [one, two, other] = ['one', 'two', 'neither'].map((text) => Buffer.from(text))

/** A path with two versions, of which the first `confirmed` are confirmed. */
function ledgerOf(side: 'host' | 'device', confirmed: number): Ledger {
  const ledger = createLedger()
  for (const [at, content] of [one!, two!].entries()) {
    ledger.note(side, 'a', content)
    ledger.noteDone('a')
    if (at < confirmed) ledger.confirm(ledger.mark(side))
  }
  return ledger
}

const found = (content?: Buffer) => new Map(content === undefined ? [] : [['a', hashOf(content)]])

test.each([
  ['nothing is confirmed: missing, old and new are right', 0, undefined, true],
  ['nothing is confirmed: old', 0, one, true],
  ['the old one is confirmed: it may not be missing', 1, undefined, false],
  ['the old one is confirmed: old', 1, one, true],
  ['the old one is confirmed: new', 1, two, true],
  ['the new one is confirmed: the old one is not enough', 2, one, false],
  ['the new one is confirmed: new', 2, two, true],
  ['what nobody ever wrote is never right', 0, other, false],
] as const)('A10: on the device, %s', (_, confirmed, content, isRight) => {
  expect(ledgerOf('host', confirmed).faultsOnDevice(found(content)).length === 0).toBe(isRight)
})

test('A10: half of a file is a fault only where nobody was still writing it', () => {
  expect(ledgerOf('device', 1).faultsOnDevice(found(other))).toEqual([])
  expect(ledgerOf('device', 2).faultsOnDevice(found(other))).toHaveLength(1)
})

test('A10: in the end the host has what was last written there, whatever was confirmed', () => {
  const ledger = ledgerOf('host', 0)
  expect(ledger.faultsAfterwards(found(two))).toEqual([])
  expect(ledger.faultsAfterwards(found(one))).toHaveLength(1)
  expect(ledger.faultsAfterwards(found())).toHaveLength(1)
  ledger.noteRemoval('a')
  expect(ledger.faultsAfterwards(found())).toEqual([])
})

test('A10: what is being written when the mark is made is not confirmed by it', () => {
  const ledger = createLedger()
  ledger.note('host', 'a', one!)
  ledger.confirm(ledger.mark('host'))
  expect(ledger.faultsOnDevice(found())).toEqual([])
})
