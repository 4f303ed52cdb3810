import { describe, expect, test } from 'vitest'
import { sha256, toId } from './ids.ts'
import { createAuthor } from './record.ts'
import { type LinkEnd, proveAuthor, proveRole, verifyAuthor, verifyRole } from './role-proof.ts'
import { folderKeys, generateFullSecret, readSecretOf } from './secret.ts'
import { type Certificate, type Role, type SignedStatement, signStatement } from './statement.ts'

function secretOf(name: string) {
  return generateFullSecret((count) => sha256(name).subarray(0, count))
}

const full = folderKeys(secretOf('a folder'))
const read = folderKeys(readSecretOf(secretOf('a folder')))
const other = folderKeys(secretOf('another folder'))
const author = createAuthor(sha256('an author'))
const device = toId('DeviceId', Buffer.alloc(32, 3))
const noBytes = new Uint8Array(0)
const handshakeHash = Buffer.alloc(32, 1)
const dialler: LinkEnd = { handshakeHash, initiator: true, peer: toId('DeviceId', Buffer.alloc(32, 4)) }
const listener: LinkEnd = { handshakeHash, initiator: false, peer: device }

function certificateOf(
  role: Role,
  sign: (message: Uint8Array) => Uint8Array = full.signAsWriter!,
): SignedStatement<Certificate> {
  const certificate: Certificate = {
    ...{ kind: 'certificate', author: author.key, device, role, deviceName: 'guest' },
    ...{ invitedBy: dialler.peer, invite: undefined, signsFor: undefined, issuedMs: 0 },
  }
  return signStatement(certificate, Buffer.from(`a ${role} guest`), full.folderId, sign)
}

const claims = {
  'the full secret': proveRole(full, dialler, author),
  'the read-only secret': proveRole(read, dialler, author),
  'a full certificate': proveRole(read, dialler, author, certificateOf('full')),
  'a read-only certificate': proveRole(read, dialler, author, certificateOf('read-only')),
}

describe.each(Object.entries(claims))('P4 with %s', (_, claim) => {
  test('a role is proven to everybody in the folder, by either end', () => {
    for (const verifier of [full, read]) expect(verifyRole(verifier, listener, claim)).toBe(true)
    const fromListener = proveRole(
      claim.role === 'full' && claim.certificate === undefined ? full : read,
      { ...listener, peer: dialler.peer },
      author,
      claim.certificate,
    )
    expect(verifyRole(full, { ...dialler, peer: device }, fromListener)).toBe(true)
  })

  test('a proof holds for one folder, one connection, one end, one role and one author', () => {
    expect(verifyRole(other, listener, claim)).toBe(false)
    expect(verifyRole(full, { ...listener, handshakeHash: Buffer.alloc(32, 2) }, claim)).toBe(false)
    expect(verifyRole(full, { ...dialler, peer: device }, claim)).toBe(false)
    const role = claim.role === 'full' ? 'read-only' : 'full'
    expect(verifyRole(full, listener, { ...claim, role })).toBe(false)
    const stranger = createAuthor(sha256('a stranger')).key
    expect(verifyRole(full, listener, { ...claim, author: stranger })).toBe(false)
    for (const name of ['proof', 'authorProof'] as const) {
      for (let bit = 0; bit < claim[name].length * 8; bit += 7) {
        const changed = Uint8Array.from(claim[name])
        changed[bit >> 3]! ^= 1 << (bit & 7)
        expect(verifyRole(full, listener, { ...claim, [name]: changed })).toBe(false)
      }
      const other = claim[name].length === 0 ? Buffer.alloc(64) : noBytes
      expect(verifyRole(full, listener, { ...claim, [name]: other })).toBe(false)
    }
  })
})

test('P4 nobody proves the author key of another, be it one of the folder', () => {
  const thief = { key: author.key, sign: createAuthor(sha256('a thief')).sign }
  for (const keys of [full, read])
    expect(verifyRole(full, listener, proveRole(keys, dialler, thief))).toBe(false)
  expect(verifyAuthor(listener, proveAuthor(dialler, author))).toBe(true)
  expect(verifyAuthor(listener, proveAuthor(dialler, thief))).toBe(false)
})

test('P4 a holder of the read-only secret cannot claim to be full with the keys it has', () => {
  expect(verifyRole(full, listener, { ...claims['the read-only secret'], role: 'full' })).toBe(false)
})

test("P4 another device's certificate proves nothing, nor does one that the folder did not sign", () => {
  const claim = claims['a full certificate']
  expect(verifyRole(full, { ...listener, peer: dialler.peer }, claim)).toBe(false)
  const forged = certificateOf('full', author.sign)
  expect(verifyRole(full, listener, { ...claim, certificate: forged })).toBe(false)
  const thief = createAuthor(sha256('a thief'))
  const stolen = proveRole(read, dialler, thief, certificateOf('full'))
  expect(verifyRole(full, listener, { ...stolen, author: author.key })).toBe(false)
  expect(verifyRole(full, listener, stolen)).toBe(false)
})

test('P4 who holds the full secret needs no certificate, whatever lies beside it', () => {
  expect(proveRole(full, dialler, author, certificateOf('read-only')).certificate).toBeUndefined()
})
