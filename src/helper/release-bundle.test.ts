import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSyncError } from '../core/errors.ts'
import { makeKeyPair } from '../testing/release-files.ts'
import {
  compareVersions,
  decodeHead,
  encodeHead,
  headerBytes,
  isVersion,
  type Manifest,
  maxManifestBytes,
  neededFiles,
  openManifest,
  parseManifest,
  readKey,
} from './release-bundle.ts'

const keys = makeKeyPair()
const zeros = '0'.repeat(64)
const manifest: Manifest = {
  ...{ version: '1.2.3', arch: 'arm64', replaces: '1.0.0', created: '2026-11-23T00:00:00.000Z' },
  payload: { bytes: 10, sha256: zeros },
  files: neededFiles.map((path) => ({ path, bytes: 1, sha256: zeros, executable: path === 'node' })),
}
const head = encodeHead(manifest, keys.privateKey)
/** What follows the head, as long as a manifest may be. */
const payload = Buffer.alloc(maxManifestBytes)

function open(bytes: Buffer, trusted = [keys.publicKey]): Manifest {
  const { manifestBytes, signature } = decodeHead(bytes.subarray(0, headerBytes))
  const text = Buffer.concat([bytes.subarray(headerBytes), payload]).subarray(0, manifestBytes)
  return openManifest(text, signature, trusted)
}

test('A9: what was signed is read as it was, with any of several keys', () => {
  expect(open(head)).toEqual(manifest)
  expect(open(head, [makeKeyPair().publicKey, keys.publicKey])).toEqual(manifest)
  expect(() => open(head, [makeKeyPair().publicKey])).toThrow(
    expect.objectContaining({ code: 'release-untrusted' }),
  )
})

describe('A9: nothing but what was signed is believed', () => {
  test('whichever bits of the head are changed', () => {
    const change = fc.tuple(fc.nat(head.length - 1), fc.integer({ min: 1, max: 255 }))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = Buffer.from(head)
        for (const [at, mask] of changes) changed[at]! ^= mask
        fc.pre(!changed.equals(head))
        expect(() => open(changed)).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^release-(malformed|untrusted)$/) }),
        )
      }),
      { numRuns: 1000 },
    )
  })

  test('whatever bytes come instead', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (bytes, beginsRight) => {
        const odd = Buffer.concat([beginsRight ? head.subarray(0, 20) : Buffer.alloc(0), bytes])
        expect(() => open(odd)).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^release-(malformed|untrusted)$/) }),
        )
      }),
      { numRuns: 500 },
    )
  })

  test('whatever JSON a trusted key has signed', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(...Object.keys(manifest)), (json, key) => {
        const text = JSON.stringify({ ...manifest, [key]: JSON.parse(json) })
        try {
          expect(isVersion(parseManifest(Buffer.from(text)).version)).toBe(true)
        } catch (error) {
          expect(isSyncError(error, 'release-malformed')).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['a field nobody knows', { ...manifest, more: 1 }],
    ['no files', { ...manifest, files: [] }],
    ['a file twice', { ...manifest, files: [...manifest.files, manifest.files[0]] }],
    ['no Node', { ...manifest, files: manifest.files.filter(({ path }) => path !== 'node') }],
    [
      'more than fits',
      { ...manifest, files: manifest.files.map((file) => ({ ...file, bytes: 512 * 1024 ** 2 })) },
    ],
    ['a version with a name', { ...manifest, version: '1.2.3-beta' }],
  ])('%s', (_what, json) => {
    expect(() => parseManifest(Buffer.from(JSON.stringify(json)))).toThrow(
      expect.objectContaining({ code: 'release-malformed' }),
    )
  })
})

test('A9: versions are compared as numbers', () => {
  const part = fc.nat(999_999)
  const version = fc.tuple(part, part, part)
  fc.assert(
    fc.property(version, version, (a, b) => {
      const expected = a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
      expect(Math.sign(compareVersions(a.join('.'), b.join('.')))).toBe(Math.sign(expected))
    }),
  )
  expect(['1.0.0', '0.0.1'].every(isVersion)).toBe(true)
  expect(['', '1', '1.0', '01.0.0', '1.0.0.0', '1.0.x', '1000000.0.0', ' 1.0.0'].some(isVersion)).toBe(false)
})

test('a key of another kind is none', () => {
  expect(readKey('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n')).toBeUndefined()
  expect(
    readKey(keys.publicKey.export({ type: 'spki', format: 'pem' }).toString())?.equals(keys.publicKey),
  ).toBe(true)
})
