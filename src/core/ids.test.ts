import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { type AuthorKey, bytesToId, type Epoch, idToBytes, sha256, toId, writerIdOf } from './ids.ts'

const lengths = {
  FolderId: 32,
  DeviceId: 32,
  AuthorKey: 32,
  WriterId: 8,
  RecordId: 32,
  ContentRoot: 32,
  FileId: 16,
  Epoch: 8,
  IndexId: 8,
} as const
const kinds = Object.keys(lengths) as (keyof typeof lengths)[]

test('I9 bytes are an id exactly when they have its length, and come back as they were', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds),
      fc.uint8Array({ maxLength: 40 }),
      fc.boolean(),
      (kind, bytes, isFitted) => {
        const given = isFitted ? sha256(bytes).subarray(0, lengths[kind]) : bytes
        const id = bytesToId(kind, given)
        if (given.length !== lengths[kind]) {
          expect(id).toBeUndefined()
          expect(() => toId(kind, given)).toThrow('assertion')
        } else {
          expect(id).toMatch(/^[0-9a-f]+$/)
          expect(toId(kind, given)).toBe(id)
          expect(Buffer.compare(idToBytes(id!), given)).toBe(0)
        }
      },
    ),
    { numRuns: caseCount(500) },
  )
})

test('S1 a hash over parts is the hash over them one after another', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.uint8Array({ maxLength: 9 }), fc.string({ maxLength: 9 }))), (parts) => {
      const whole = Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array)))
      expect(sha256(...parts)).toEqual(createHash('sha256').update(whole).digest())
    }),
    { numRuns: caseCount(200) },
  )
})

test('E7 an author in another epoch is another writer', () => {
  const author = toId('AuthorKey', sha256('author')) as AuthorKey
  const other = toId('AuthorKey', sha256('other')) as AuthorKey
  const [first, second] = ['first', 'second'].map(
    (text) => toId('Epoch', sha256(text).subarray(0, 8)) as Epoch,
  )
  const writers = [writerIdOf(author, first!), writerIdOf(author, second!), writerIdOf(other, first!)]
  expect(new Set(writers).size).toBe(3)
  expect(writerIdOf(author, first!)).toBe(writers[0])
})
