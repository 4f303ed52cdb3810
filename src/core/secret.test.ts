import { readFileSync } from 'node:fs'
import { format, inspect } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { isSyncError } from './errors.ts'
import {
  folderKeys,
  generateFullSecret,
  generateOneTimeSecret,
  maxSecretCharacters,
  parseSecret,
  readSecretOf,
  rendezvous,
  type Secret,
  secretToText,
  seedBytes,
} from './secret.ts'

interface Vector {
  readonly seed: string
  readonly full: string
  readonly readOnly: string
  readonly oneTimeOfSameBytes?: string
  readonly writerPublicKey: string
  readonly folderId: string
  readonly psk: string
  readonly tagKey: string
  readonly roleKey: string
  readonly rendezvous: readonly { readonly day: number; readonly bytes: string }[]
}

const { folders: vectors }: { readonly folders: readonly Vector[] } = JSON.parse(
  readFileSync(new URL('secret.vectors.json', import.meta.url), 'utf8'),
)

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. '

const seed = fc.uint8Array({ minLength: seedBytes, maxLength: seedBytes })
const secret: fc.Arbitrary<Secret> = fc
  .tuple(seed, fc.constantFrom('full', 'read-only', 'one-time'))
  .map(([bytes, kind]) => {
    const full = generateFullSecret(() => bytes)
    return kind === 'full'
      ? full
      : kind === 'read-only'
        ? readSecretOf(full)
        : generateOneTimeSecret(() => bytes)
  })

function parseFull(text: string) {
  const parsed = parseSecret(text)
  if (parsed.kind !== 'full') throw new Error(`a ${parsed.kind} secret`)
  return parsed
}

/** The code a text is refused with; undefined when it is accepted. */
function refusal(text: string): string | undefined {
  try {
    parseSecret(text)
    return undefined
  } catch (thrown) {
    if (!isSyncError(thrown)) throw thrown
    return thrown.code
  }
}

function* oneCharacterWrong(text: string): Generator<string> {
  for (let at = 0; at < text.length; at++) {
    for (const character of alphabet) {
      if (character !== text[at]) yield text.slice(0, at) + character + text.slice(at + 1)
    }
  }
}

function* neighboursSwapped(text: string): Generator<string> {
  for (let at = 1; at < text.length; at++) {
    if (text[at] !== text[at - 1]) yield text.slice(0, at - 1) + text[at] + text[at - 1] + text.slice(at + 1)
  }
}

function* oneCharacterLost(text: string): Generator<string> {
  for (let at = 0; at < text.length; at++) yield text.slice(0, at) + text.slice(at + 1)
}

function* oneCharacterAdded(text: string): Generator<string> {
  for (let at = 0; at <= text.length; at++) {
    for (const character of alphabet) yield text.slice(0, at) + character + text.slice(at)
  }
}

describe('texts', () => {
  test('S2 what a secret prints is read back as the same secret', () => {
    fc.assert(
      fc.property(secret, fc.constantFrom('', ' ', '\n', '\t \r\n'), (given, space) => {
        const text = secretToText(given)
        const parsed = parseSecret(space + text + space)
        expect(parsed.kind).toBe(given.kind)
        expect(secretToText(parsed)).toBe(text)
      }),
      { numRuns: caseCount(200) },
    )
  })

  const samples = [vectors[1]!.full, vectors[1]!.readOnly, vectors[1]!.oneTimeOfSameBytes!]

  test.each(samples)('S2 one slip of the hand is refused, wherever it happens: %.1s…', (text) => {
    const slips = [
      ...oneCharacterWrong(text),
      ...neighboursSwapped(text),
      ...oneCharacterLost(text),
      ...oneCharacterAdded(text),
    ]
    const trimmedAway = slips.filter((slip) => slip.replaceAll(' ', '') === text)
    const accepted = slips.filter((slip) => refusal(slip) === undefined)
    expect(accepted).toEqual(trimmedAway)
  })

  test('S2 any secret with one character wrong or two neighbours swapped is refused', () => {
    fc.assert(
      fc.property(secret, fc.nat(), fc.constantFrom(...'ABCFaz09-_'), (given, where, character) => {
        const text = secretToText(given)
        const at = where % text.length
        for (const slip of [
          text.slice(0, at) + character + text.slice(at + 1),
          [...neighboursSwapped(text)][at],
        ]) {
          if (slip !== undefined && slip !== text) expect(refusal(slip)).toBeDefined()
        }
      }),
      { numRuns: caseCount(100) },
    )
  })

  test('S2 a mistyped secret is told as such', () => {
    expect(refusal(samples[0]!.replace('Q', 'q'))).toBe('secret-mistyped')
    expect(refusal(samples[1]!.replace('X', 'x'))).toBe('secret-mistyped')
    expect(refusal(samples[0]!.slice(0, -1))).toBe('secret-mistyped')
    expect(refusal(samples[1]!.slice(1))).toBe('secret-mistyped')
  })

  test('S2 a secret of a kind this version does not know is not taken for a typed one', () => {
    expect(refusal(`F${samples[1]!.slice(1)}`)).toBe('secret-mistyped')
  })

  test('S3 base64 text of 21 bytes or more is a full secret, used as it stands', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 21, maxLength: 300 }).filter((bytes) => bytes.length !== 57),
        fc.constantFrom('base64', 'base64url'),
        (bytes, encoding) => {
          const text = Buffer.from(bytes).toString(encoding as 'base64')
          fc.pre(!/^[ABCF]/.test(text))
          const parsed = parseFull(text)
          expect(parsed.seed.reveal()).toEqual(Buffer.from(bytes))
          expect(secretToText(parsed)).toBe(text)
        },
      ),
      { numRuns: caseCount(200) },
    )
  })

  test('S3 the same bytes in either alphabet, padded or not, are the same folder', () => {
    const bytes = Buffer.from(Array.from({ length: 25 }, (_, at) => 255 - at))
    const texts = [
      bytes.toString('base64'),
      bytes.toString('base64url'),
      bytes.toString('base64').replace(/=/g, ''),
    ]
    expect(new Set(texts.map((text) => folderKeys(parseFull(text)).folderId)).size).toBe(1)
    expect(new Set(texts).size).toBe(3)
  })

  test('S3 whatever first part of a secret is given, it is refused', () => {
    for (const sample of samples)
      for (let length = 0; length < sample.length; length++)
        expect(refusal(sample.slice(0, length))).toMatch(/^secret-/)
    expect(refusal(samples[1]!.slice(0, 50))).toBe('secret-cut-off')
  })

  test.each([
    { what: 'nothing', text: '', code: 'secret-too-short' },
    { what: 'a password', text: 'hunter2', code: 'secret-too-short' },
    { what: '20 bytes', text: 'x'.repeat(27), code: 'secret-too-short' },
    { what: 'a sentence', text: 'not base64 at all, whatever its length is', code: 'secret-malformed' },
    { what: 'another script', text: 'пароль-пароль-пароль-пароль-пароль', code: 'secret-malformed' },
    { what: 'a length base64 cannot have', text: 'a'.repeat(29), code: 'secret-malformed' },
    { what: 'wrong padding', text: `${'a'.repeat(28)}=`, code: 'secret-malformed' },
    { what: 'a text just too long', text: 'a'.repeat(maxSecretCharacters + 4), code: 'secret-malformed' },
    { what: 'a text much too long', text: 'a'.repeat(1_000_000), code: 'secret-malformed' },
    { what: '33 characters', text: 'x'.repeat(33), code: 'secret-malformed' },
    { what: '33 characters with an A', text: `A${'x'.repeat(32)}`, code: 'secret-mistyped' },
  ])('S3 $what is refused with $code', ({ text, code }) => {
    expect(refusal(text)).toBe(code)
  })

  test('S2 whatever is typed is a secret or a SyncError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.base64String()), (text) => {
        refusal(text)
      }),
      { numRuns: caseCount(300) },
    )
  })
})

describe('keys', () => {
  test.each(vectors)('S4 to S9 the published vector $full', (vector) => {
    const full = parseFull(vector.full)
    const read = readSecretOf(full)
    expect(full.seed.reveal().toString('hex')).toBe(vector.seed)
    expect(secretToText(read)).toBe(vector.readOnly)
    if (vector.oneTimeOfSameBytes) {
      expect(secretToText(generateOneTimeSecret(() => Buffer.from(vector.seed, 'hex')))).toBe(
        vector.oneTimeOfSameBytes,
      )
    }
    for (const keys of [folderKeys(full), folderKeys(parseSecret(vector.readOnly) as typeof read)]) {
      expect(keys.folderId).toBe(vector.folderId)
      expect(keys.writerPublicKey.toString('hex')).toBe(vector.writerPublicKey)
      expect(keys.psk.reveal().toString('hex')).toBe(vector.psk)
      expect(keys.tagKey.reveal().toString('hex')).toBe(vector.tagKey)
      expect(keys.roleKey.reveal().toString('hex')).toBe(vector.roleKey)
      for (const { day, bytes } of vector.rendezvous) {
        expect(rendezvous(keys.folderId, day).toString('hex')).toBe(bytes)
      }
    }
  })

  test('S5 a read-only secret cannot sign', () => {
    const full = parseFull(vectors[1]!.full)
    expect(folderKeys(full).signAsWriter).toBeDefined()
    expect(folderKeys(readSecretOf(full)).signAsWriter).toBeUndefined()
  })

  test('I9 nothing secret is seen by printing it', () => {
    fc.assert(
      fc.property(secret, (given) => {
        const keys = given.kind === 'one-time' ? given : folderKeys(given)
        for (const hidden of [given, keys, ...Object.values(keys).filter((value) => value?.reveal)]) {
          const prints = [
            String(hidden),
            `${hidden}`,
            JSON.stringify(hidden),
            inspect(hidden),
            format('%o %j', hidden, hidden),
          ]
          for (const print of [...prints, inspect({ deep: [hidden] }), JSON.stringify({ deep: [hidden] })]) {
            expect(print).toContain('[secret]')
            expect(print.replaceAll(/[^[\]a-z]|deep/g, '').replaceAll('[secret]', '')).toMatch(/^[[\]]*$/)
          }
        }
      }),
      { numRuns: caseCount(30) },
    )
  })
})
