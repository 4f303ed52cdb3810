import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSyncError } from './errors.ts'
import {
  costOfNewLock,
  type LockCost,
  maxBackupBytes,
  openBackup,
  passphraseToPair,
  readLockCost,
  sealBackup,
} from './sealed-backup.ts'
import { keyPairOf } from './x25519.ts'

/** As in real backups, but for the time it takes. */
const cheap: LockCost = { costExponent: 4, blockSize: 8, parallel: 1, salt: Buffer.alloc(16, 7) }
const ephemeral = keyPairOf(Buffer.alloc(32, 3))

async function sealed(text: string, passphrase = 'three blue mice', cost = cheap): Promise<Buffer> {
  const { publicKey } = await passphraseToPair(passphrase, cost)
  return sealBackup({ ...cost, publicKey }, Buffer.from(text), ephemeral)
}

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (isSyncError(error)) return error.code
    throw error
  }
  return 'none'
}

test('what was locked with the public half opens with the passphrase, in either spelling', async () => {
  const file = await sealed('content', 'drei blaue Mäuse'.normalize('NFD'))
  const pair = await passphraseToPair('drei blaue Mäuse', readLockCost(file))
  expect(openBackup(pair, file).toString()).toBe('content')
})

test('the usual cost takes 32 MiB and is one that is accepted', async () => {
  const cost = costOfNewLock(Buffer.alloc(16, 1))
  expect(128 * 2 ** cost.costExponent * cost.blockSize).toBe(32 * 1024 ** 2)
  const file = await sealed('content', 'three blue mice', cost)
  expect(readLockCost(file)).toEqual({ ...cost, salt: Buffer.alloc(16, 1) })
})

test('another passphrase does not open it', async () => {
  const file = await sealed('content')
  const pair = await passphraseToPair('three blue mouse', cheap)
  expect(codeOf(() => openBackup(pair, file))).toBe('backup-locked')
})

test('neither content nor public key can be read in it', async () => {
  const file = await sealed('content')
  const { publicKey } = await passphraseToPair('three blue mice', cheap)
  expect(file.includes('content')).toBe(false)
  expect(file.includes(Buffer.from(publicKey))).toBe(false)
})

test('a change of any bit is noticed, the parameters included', async () => {
  const file = await sealed('content')
  const pair = await passphraseToPair('three blue mice', cheap)
  for (let at = 0; at < file.length; at++) {
    const changed = Buffer.from(file)
    changed[at]! ^= 1
    expect(
      codeOf(() => openBackup(pair, changed)),
      `byte ${at}`,
    ).toBe('backup-locked')
  }
})

test('a file cut anywhere is refused', async () => {
  const file = await sealed('content')
  const pair = await passphraseToPair('three blue mice', cheap)
  for (let length = 0; length < file.length; length++) {
    const cut = file.subarray(0, length)
    const code = codeOf(() => {
      readLockCost(cut)
      openBackup(pair, cut)
    })
    expect(['backup-malformed', 'backup-locked'], `${length} bytes`).toContain(code)
  }
})

test.each([
  ['more memory', 9, 17],
  ['no cost at all', 9, 0],
  ['larger blocks', 10, 9],
  ['more rounds', 11, 17],
  ['no round', 11, 0],
  ['version 0', 8, 0],
])('a file that asks for %s is refused before anything is computed', async (_, at, value) => {
  const file = await sealed('content')
  file[at] = value
  expect(codeOf(() => readLockCost(file))).toBe('backup-malformed')
})

test('a later version says so', async () => {
  const file = await sealed('content')
  file[8] = 2
  expect(codeOf(() => readLockCost(file))).toBe('backup-newer')
})

test('any bytes are refused with a word, and so is too much', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(codeOf(() => readLockCost(bytes))).toBe('backup-malformed')
    }),
  )
  expect(codeOf(() => readLockCost(new Uint8Array(maxBackupBytes + 1)))).toBe('backup-malformed')
})
