import { expect, test } from 'vitest'
import { sha256, toId } from './ids.ts'
import { folderKeys, generateFullSecret } from './secret.ts'
import { type Certificate, signStatement, statementIdOf, verifyStatement } from './statement.ts'

const keys = folderKeys(generateFullSecret((count) => sha256('a seed').subarray(0, count)))
const others = folderKeys(generateFullSecret((count) => sha256('another seed').subarray(0, count)))
const certificate: Certificate = {
  kind: 'certificate',
  author: toId('AuthorKey', Buffer.alloc(32, 8)),
  device: toId('DeviceId', Buffer.alloc(32, 9)),
  role: 'full',
  deviceName: 'a device',
  invitedBy: undefined,
  invite: undefined,
  signsFor: undefined,
  issuedMs: 0,
}
const signed = signStatement(certificate, Buffer.from('any body'), keys.folderId, keys.signAsWriter!)

function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = Uint8Array.from(bytes)
  flipped[bit >> 3]! ^= 1 << (bit & 7)
  return flipped
}

test('R5 a statement holds for its folder and its very bytes', () => {
  expect(verifyStatement(signed, keys.folderId, keys.writerPublicKey)).toBe(true)
  expect(verifyStatement(signed, others.folderId, keys.writerPublicKey)).toBe(false)
  expect(verifyStatement(signed, keys.folderId, others.writerPublicKey)).toBe(false)
  for (let bit = 0; bit < signed.body.length * 8; bit++) {
    const body = flipBit(signed.body, bit)
    expect(verifyStatement({ ...signed, body }, keys.folderId, keys.writerPublicKey)).toBe(false)
    expect(statementIdOf(body)).not.toBe(signed.id)
  }
  for (let bit = 0; bit < 512; bit += 5) {
    const signature = flipBit(signed.signature, bit)
    expect(verifyStatement({ ...signed, signature }, keys.folderId, keys.writerPublicKey)).toBe(false)
  }
})

test('R5 a key or signature of another length is wrong, not an exception', () => {
  expect(verifyStatement(signed, keys.folderId, new Uint8Array(31))).toBe(false)
  const signature = new Uint8Array(63)
  expect(verifyStatement({ ...signed, signature }, keys.folderId, keys.writerPublicKey)).toBe(false)
})
