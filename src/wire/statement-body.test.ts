import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSyncError } from '../core/errors.ts'
import { toId } from '../core/ids.ts'
import { caseCount } from '../testing/counts.ts'
import { statements } from '../testing/version-arbitraries.ts'
import * as wire from './generated/berrysync_pb.ts'
import { decodeStatement, encodeStatement, maxKept, maxStatementBytes } from './statement-body.ts'

type Said = MessageInitShape<typeof wire.StatementBodySchema>['said']

function bodyOf(said: Said): Uint8Array {
  return toBinary(wire.StatementBodySchema, create(wire.StatementBodySchema, { said: said! }))
}

function outcome(body: Uint8Array): unknown {
  try {
    return decodeStatement(body)
  } catch (error) {
    if (!isSyncError(error)) throw error
    return error.code
  }
}

const id = new Uint8Array(32)
const certificate = { author: id, device: id, role: wire.Role.FULL, deviceName: 'name' }
const revocation = { id: new Uint8Array(8), author: id, device: id, revokedBy: id, partCount: 2 }
const admission = { rule: wire.AdmissionRule.INVITE, number: 1n }

test('R6 a statement is read back as it was', () => {
  fc.assert(
    fc.property(statements, (statement) => {
      expect(decodeStatement(encodeStatement(statement))).toStrictEqual({ ...statement })
    }),
    { numRuns: caseCount(500) },
  )
})

test('R6 a revocation with as many records as it may have fits', () => {
  const kept = Array.from({ length: maxKept }, (_, at) => toId('RecordId', Buffer.alloc(32, at)))
  const [statement] = fc.sample(statements, 100).filter((each) => each.kind === 'revocation')
  const full = { ...statement!, kept }
  expect(decodeStatement(encodeStatement(full))).toStrictEqual(full)
})

test('P2 what only a newer version understands is skipped', () => {
  expect(outcome(new Uint8Array(0))).toBeUndefined()
  expect(
    outcome(bodyOf({ case: 'certificate', value: { ...certificate, role: 9 as never } })),
  ).toBeUndefined()
  expect(outcome(bodyOf({ case: 'admission', value: { ...admission, rule: 9 as never } }))).toBeUndefined()
})

test.each<[string, Said]>([
  ['an author of 31 bytes', { case: 'certificate', value: { ...certificate, author: new Uint8Array(31) } }],
  ['no device', { case: 'certificate', value: { ...certificate, device: new Uint8Array(0) } }],
  ['no role', { case: 'certificate', value: { ...certificate, role: 0 } }],
  ['a name with a bell', { case: 'certificate', value: { ...certificate, deviceName: '\u0007' } }],
  ['a name of 65 characters', { case: 'certificate', value: { ...certificate, deviceName: 'x'.repeat(65) } }],
  ['an invite of 31 bytes', { case: 'certificate', value: { ...certificate, invite: new Uint8Array(31) } }],
  ['an endless time', { case: 'certificate', value: { ...certificate, issuedMilliseconds: 2n ** 63n } }],
  ['no id', { case: 'revocation', value: { ...revocation, id: new Uint8Array(0) } }],
  ['no parts', { case: 'revocation', value: { ...revocation, partCount: 0 } }],
  ['a part behind the last', { case: 'revocation', value: { ...revocation, part: 2 } }],
  ['half a record', { case: 'revocation', value: { ...revocation, kept: new Uint8Array(33) } }],
  [
    'a record too many',
    { case: 'revocation', value: { ...revocation, kept: new Uint8Array((maxKept + 1) * 32) } },
  ],
  ['no rule', { case: 'admission', value: { ...admission, rule: 0 } }],
  ['no number', { case: 'admission', value: { ...admission, number: 0n } }],
])('R6 %s is garbage', (_, said) => {
  expect(outcome(bodyOf(said))).toBe('peer-garbage')
})

test('I14 a statement past the limit is not read', () => {
  expect(outcome(new Uint8Array(maxStatementBytes + 1))).toBe('peer-garbage')
})
