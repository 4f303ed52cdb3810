import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { generateFullSecret, generateOneTimeSecret, secretToText } from '../core/secret.ts'
import { secretLinkToText } from '../core/secret-link.ts'
import { createSeededChance } from '../testing/seeded-chance.ts'
import { redact } from './redact.ts'

const bytes = (seed: number) => (count: number) => createSeededChance(seed).bytes(count)

describe('secrets leave the log', () => {
  test('of folders, wherever they stand', () => {
    const random = fc.integer({ min: 0, max: 1e9 })
    fc.assert(
      fc.property(random, fc.constantFrom(' ', '"', '=', "'", '(', '\n', '>'), (seed, before) => {
        for (const secret of [generateFullSecret(bytes(seed)), generateOneTimeSecret(bytes(seed))]) {
          const text = secretToText(secret)
          expect(redact(`adding${before}${text}${before === '"' ? '"' : ''} done`)).not.toContain(
            text.slice(2),
          )
        }
      }),
      { numRuns: 300 },
    )
  })

  test.each([
    ['berrysync add berrysync://add?secret=A12&name=Mom%27s&host=192.0.2.1%3A44', 'Mom'],
    ['Berrysync://add?secret=abc', 'abc'],
    ['wpa: psk="correct horse battery"', 'horse'],
    ["psk='correct horse'", 'horse'],
    ['{"password":"it\\"s me","x":1}', 's me'],
    ['wifi-password = correct horse', 'horse'],
    ['password: hunter2', 'hunter2'],
    ['token=abcdef,next', 'abcdef'],
    ['Authorization: Bearer abc.def-ghi', 'abc.def'],
    ['authorization: basic dXNlcjpwYXNz', 'dXNlcjpwYXNz'],
    ['Cookie: session=0123456789abcdef', '0123456789'],
    ['https://user:secret1@host/path', 'secret1'],
    ['mail from jo.doe+x@example.org here', 'jo.doe'],
    ['wpa psk 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', '9f86d081'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNza\nabc\n-----END OPENSSH PRIVATE KEY-----', 'b3BlbnNza'],
    ['-----BEGIN PRIVATE KEY-----\nMC4CAQ cut off', 'MC4CAQ'],
    [secretLinkToText({ secret: 'X', name: 'Private name', hosts: [] }), 'Private'],
  ])('%j', (text, hidden) => {
    expect(redact(`Nov 21 pi berrysync[1]: ${text}`)).not.toContain(hidden)
  })

  test('what is known to be one goes, however it is written', () => {
    expect(redact('joined with hunter22!', ['hunter22!'])).toBe('joined with [secret]')
    // One that is too short would tear the text apart.
    expect(redact('a bad day', ['a'])).toBe('a bad day')
  })
})

test('what helps stays', () => {
  const lines = [
    'Nov 21 10:00:00.123456 pi kernel: usb 1-1.2: New USB device found, idVendor=0bc2, idProduct=ab24',
    'Nov 21 10:00:01 pi systemd[1]: Started berrysync.service - Berrysync, folders that stay in sync.',
    'EXT4-fs (sdb1): mounted filesystem 9c1185a5-c5e9-fc54-5612-808977ee8f54 r/w with ordered data mode.',
    '{"level":"info","folder":"/srv/berrysync/toshiba/Berrysync/Podcasts","msg":"synced","files":12}',
    'sd 0:0:0:0: [sdb] 1953525168 512-byte logical blocks: (1.00 TB/932 GiB)',
  ]
  expect(redact(lines.join('\n')).split('\n')).toEqual(lines)
})

test('somebody who gets a word into the log cannot hide the rest of it', () => {
  const log = 'name=-----BEGIN PRIVATE KEY-----\nNov 21 pi kernel: sdb: I/O error, dev sdb\n'
  expect(redact(log)).toContain('I/O error')
})

test('any text is read to its end in time', () => {
  const plain =
    'Nov 21 10:00:00.123 pi kernel: usb 1-1.2: reset high-speed USB device number 4 using xhci_hcd\n'.repeat(
      40_000,
    )
  const long = `${'A'.repeat(200_000)} ${'password='.repeat(20_000)} ${'a@'.repeat(50_000)} ${'-----BEGIN PRIVATE KEY-----'.repeat(2000)} ${'x.'.repeat(50_000)} ${plain}`
  const startedMs = performance.now()
  redact(long)
  expect(performance.now() - startedMs).toBeLessThan(5000)
})
