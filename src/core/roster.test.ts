import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import {
  type AuthorKey,
  type DeviceId,
  type RecordId,
  type RevocationId,
  type RotationId,
  toId,
} from './ids.ts'
import { type Roster, rosterOf } from './roster.ts'
import { type AdmissionRule, type SignedStatement, type Statement, statementIdOf } from './statement.ts'

const authors = ['a', 'b', 'c'].map((name) => toId('AuthorKey', Buffer.alloc(32, name)))
const devices = ['x', 'y'].map((name) => toId('DeviceId', Buffer.alloc(32, name)))
const records = ['1', '2', '3'].map((name) => toId('RecordId', Buffer.alloc(32, name)))
const revocationIds = ['r', 's'].map((name) => toId('RevocationId', Buffer.alloc(8, name)))

function signed(statement: Statement): SignedStatement {
  const body = Buffer.from(JSON.stringify(statement))
  return { id: statementIdOf(body), statement, body, signature: new Uint8Array(64) }
}

function certificate(
  author: AuthorKey,
  device: DeviceId,
  role: 'full' | 'read-only',
  issuedMs = 0,
): Statement {
  const rest = { deviceName: '', invitedBy: undefined, invite: undefined, signsFor: undefined, issuedMs }
  return { kind: 'certificate', author, device, role, ...rest }
}

function revocation(
  id: RevocationId,
  author: AuthorKey,
  device: DeviceId,
  kept: readonly RecordId[] = [],
  part = 0,
  partCount = 1,
): Statement {
  return {
    kind: 'revocation',
    id,
    author,
    device,
    revokedBy: devices[0]!,
    issuedMs: 0,
    part,
    partCount,
    kept,
  }
}

const rotationIds = ['r', 's'].map((name) => toId('RotationId', Buffer.alloc(8, name)))

function rotation(id: RotationId, part: number, partCount: number, ...to: readonly DeviceId[]): Statement {
  const envelopes = to.map((device) => ({ device, sealed: Buffer.from(`${id} for ${device}`) }))
  return {
    kind: 'rotation',
    ...{ id, rotatedBy: devices[0]!, issuedMs: 0, part, partCount, envelopes, carried: [] },
  }
}

function rosterOfAll(...statements: readonly Statement[]): Roster {
  return rosterOf(statements.map(signed))
}

const author = fc.constantFrom(...authors)
const device = fc.constantFrom(...devices)
const statement: fc.Arbitrary<Statement> = fc.oneof(
  fc
    .tuple(author, device, fc.constantFrom('full' as const, 'read-only' as const), fc.nat({ max: 3 }))
    .map((parts) => certificate(...parts)),
  fc
    .tuple(fc.constantFrom(...revocationIds), fc.subarray(records), fc.nat({ max: 1 }))
    // The parts of one are of one author and device.
    .map(([id, kept, part]) =>
      revocation(id, authors[revocationIds.indexOf(id)]!, devices[0]!, kept, part, 2),
    ),
  fc
    .tuple(fc.constantFrom<AdmissionRule>('secret', 'approval', 'invite'), fc.integer({ min: 1, max: 3 }))
    .map(([rule, number]): Statement => ({ kind: 'admission', rule, number })),
  fc
    .tuple(fc.constantFrom(...rotationIds), fc.nat({ max: 1 }), fc.integer({ min: 1, max: 2 }), device)
    .map(([id, part, partCount, to]) => rotation(id, Math.min(part, partCount - 1), partCount, to)),
)

/** Everything a roster says of them. */
function told(roster: Roster) {
  return {
    admission: roster.admission,
    roles: devices.map((each) => [roster.roleOf(each), roster.isRevoked(each)]),
    counts: authors.map((each) => records.map((record) => roster.counts(each, record))),
    revoked: authors.map((each) => roster.isRevokedAuthor(each)),
    certificates: authors.map((each) => roster.certificateOf(each)?.statement),
    folders: authors.map((each) => roster.foldersOf(each).length),
    rotations: roster.rotations,
  }
}

describe('rosters', () => {
  test('I2 are the same in whatever order statements come, and however often', () => {
    // One part of a revocation says one thing.
    const statements = fc.uniqueArray(statement, {
      maxLength: 12,
      selector: (said) => (said.kind === 'revocation' ? `${said.id} ${said.part}` : JSON.stringify(said)),
    })
    fc.assert(
      fc.property(statements, fc.infiniteStream(fc.nat()), (said, places) => {
        const shuffled = [...said]
        for (let at = shuffled.length - 1; at > 0; at--) {
          const other = places.next().value % (at + 1)
          ;[shuffled[at], shuffled[other]] = [shuffled[other]!, shuffled[at]!]
        }
        expect(told(rosterOfAll(...shuffled))).toEqual(told(rosterOfAll(...said)))
      }),
      { numRuns: caseCount(1000) },
    )
  })

  test('R7 what was revoked once stays so, whatever is said later', () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 12 }), statement, (said, later) => {
        const [before, after] = [rosterOfAll(...said), rosterOfAll(...said, later)]
        for (const each of authors) {
          if (before.isRevokedAuthor(each)) expect(after.isRevokedAuthor(each)).toBe(true)
          for (const record of records)
            if (
              before.isRevokedAuthor(each) &&
              !before.counts(each, record) &&
              before.certificateOf(each)?.statement.role === 'full'
            )
              expect(after.counts(each, record)).toBe(false)
        }
      }),
      { numRuns: caseCount(1000) },
    )
  })

  test('R5 only who has a certificate counts, and a right given is not taken away by a lesser one', () => {
    const [a, b] = authors as [AuthorKey, AuthorKey]
    const [x] = devices as [DeviceId]
    const roster = rosterOfAll(certificate(a, x, 'full', 5), certificate(a, x, 'read-only', 1))
    expect(roster.counts(a, records[0]!)).toBe(true)
    expect(roster.counts(b, records[0]!)).toBe(false)
    expect(roster.roleOf(x)).toBe('full')
  })

  test('R7 a revocation holds once all its parts are known, and keeps what it names', () => {
    const [a] = authors as [AuthorKey]
    const [x] = devices as [DeviceId]
    const [one, two, three] = records as [RecordId, RecordId, RecordId]
    const first = revocation(revocationIds[0]!, a, x, [one], 0, 2)
    const second = revocation(revocationIds[0]!, a, x, [two], 1, 2)
    const member = certificate(a, x, 'full')
    expect(rosterOfAll(member, first).isRevoked(x)).toBe(false)
    const roster = rosterOfAll(member, first, second)
    expect(roster.isRevoked(x)).toBe(true)
    expect(roster.roleOf(x)).toBeUndefined()
    expect([one, two, three].map((record) => roster.counts(a, record))).toEqual([true, true, false])
    const other = revocation(revocationIds[1]!, a, x, [two, three])
    expect(
      [one, two, three].map((record) => rosterOfAll(member, first, second, other).counts(a, record)),
    ).toEqual([false, true, false])
  })

  test('R7 a device that is invited again, with another author key, is a member again', () => {
    const [a, b] = authors as [AuthorKey, AuthorKey]
    const [x] = devices as [DeviceId]
    const roster = rosterOfAll(
      certificate(a, x, 'full'),
      revocation(revocationIds[0]!, a, x),
      certificate(b, x, 'read-only'),
    )
    expect(roster.isRevoked(x)).toBe(false)
    expect(roster.roleOf(x)).toBe('read-only')
    expect(roster.counts(a, records[0]!)).toBe(false)
  })

  test('R9 a rotation holds once all its parts are known', () => {
    const [x, y] = devices as [DeviceId, DeviceId]
    const [id, other] = rotationIds as [RotationId, RotationId]
    const first = rotation(id, 0, 2, x)
    const second = rotation(id, 1, 2, y)
    expect(rosterOfAll(second).rotations).toEqual([])
    expect(rosterOfAll(second, rotation(other, 0, 2, x)).rotations).toEqual([])
    const [whole] = rosterOfAll(second, first).rotations
    expect([...whole!.sealedByDevice.keys()].sort()).toEqual([x, y].sort())
    // Nobody keeps it from becoming whole by adding to it.
    expect(rosterOfAll(second, first, rotation(id, 9, 10)).rotations).toEqual([whole])
    const both = rosterOfAll(rotation(other, 0, 1), second, first).rotations
    expect(both.map((each) => each.id)).toEqual([id, other].sort())
  })

  test('R8 the last admission rule holds, and of two the stricter', () => {
    const say = (rule: AdmissionRule, number: number): Statement => ({ kind: 'admission', rule, number })
    expect(rosterOfAll().admission).toBe('secret')
    expect(rosterOfAll(say('invite', 1), say('secret', 2)).admission).toBe('secret')
    expect(rosterOfAll(say('approval', 2), say('invite', 2), say('secret', 2)).admission).toBe('invite')
  })
})
