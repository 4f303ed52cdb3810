import { expect, test } from 'vitest'
import { parsePasswordHash, passwordFault, passwordHashToText } from './password.ts'

test.each([
  ['short', 'it has 5 characters'],
  ['ключ🔑', 'it has 5 characters'],
  ['aaaaaaaaaaaaaaaa', 'repeats'],
  ['abababababab', 'repeats'],
  ['1234567890', 'first that anybody tries'],
  ['Password2026!', 'first that anybody tries'],
  ['QWERTYUIOP', 'first that anybody tries'],
  ['raspberrypi', 'first that anybody tries'],
  ['Attic-Server', 'name of this device'],
  ['attic-server1', 'name of this device'],
  ['x\ud800xxyzabcdefgh', 'Unicode'],
  ['ab'.repeat(600), 'more than 1024'],
])('"%s" is not good enough', (password, reason) => {
  expect(passwordFault(password, 'attic-server')).toContain(reason)
})

test.each([
  'correct horse',
  'пёс ловит хвост',
  'x7$kq-2mm!',
  'password of my attic',
  '犬が走る。朝の川辺で。',
])('"%s" is', (password) => {
  expect(passwordFault(password, 'attic')).toBeUndefined()
})

test('what is kept of a password can be read again', () => {
  const kept = {
    ...{ costExponent: 15, blockSize: 8, parallel: 3 },
    ...{ salt: Buffer.alloc(16, 1), hash: Buffer.alloc(32, 2) },
  }
  const text = passwordHashToText(kept)
  expect(text).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(parsePasswordHash(text)).toEqual(kept)
  // Nothing that would take more memory than a small board has, or that is no protection.
  for (const other of ['ln=20,r=8,p=1', 'ln=15,r=90,p=1', 'ln=0,r=8,p=1', 'ln=15,r=8,p=0'])
    expect(parsePasswordHash(text.replace('ln=15,r=8,p=3', other))).toBeUndefined()
  for (const other of ['', 'secret', text.slice(0, -30), `${text}$`, text.replace('scrypt', 'plain')])
    expect(parsePasswordHash(other)).toBeUndefined()
})
