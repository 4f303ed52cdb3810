import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sha256 } from '../core/ids.ts'
import { caseCount } from '../testing/counts.ts'
import type { Directory } from './files.ts'
import { createHashPool, createInlineHasher, type Hasher } from './hasher.ts'
import { realFiles } from './real-files.ts'

let base: string
let root: Directory
let pool: Hasher
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'berrysync-'))
  root = await realFiles(base).openRoot()
  pool = createHashPool()
})
afterAll(async () => {
  await pool[Symbol.asyncDispose]()
  root[Symbol.dispose]()
  await rm(base, { recursive: true })
})

function expectedHashes(content: Buffer, blockSizeBytes: number): Buffer {
  const count = Math.ceil(content.length / blockSizeBytes)
  return Buffer.concat(
    Array.from({ length: count }, (_, block) =>
      sha256(content.subarray(block * blockSizeBytes, (block + 1) * blockSizeBytes)),
    ),
  )
}

test('both ways of hashing give the hash of each block, whatever the sizes', async () => {
  const inline = createInlineHasher()
  const sizes = fc.record({
    size: fc.oneof(fc.integer({ min: 0, max: 300_000 }), fc.integer({ min: 900_000, max: 5_000_000 })),
    blockSize: fc.constantFrom(1000, 131_072, 1_048_576, 2_097_152),
  })
  await fc.assert(
    fc.asyncProperty(sizes, async ({ size, blockSize }) => {
      const content = Buffer.alloc(size, 'berries and more')
      await writeFile(join(base, 'file'), content)
      await using file = await root.open('file', 'read')
      const expected = expectedHashes(content, blockSize)
      expect(expected.equals((await pool.hash(file, size, blockSize))!)).toBe(true)
      expect(expected.equals((await inline.hash(file, size, blockSize))!)).toBe(true)
    }),
    { numRuns: caseCount(30) },
  )
})

test('a file that is shorter than said has no hashes', async () => {
  await writeFile(join(base, 'file'), Buffer.alloc(100_000))
  await using file = await root.open('file', 'read')
  expect(await pool.hash(file, 100_001, 131_072)).toBeUndefined()
  expect(await createInlineHasher().hash(file, 100_001, 131_072)).toBeUndefined()
})

test('many files at once are all answered', async () => {
  await writeFile(join(base, 'file'), Buffer.alloc(200_000, 'x'))
  const expected = expectedHashes(Buffer.alloc(200_000, 'x'), 131_072)
  const all = await Promise.all(
    Array.from({ length: 50 }, async () => {
      await using file = await root.open('file', 'read')
      return await pool.hash(file, 200_000, 131_072)
    }),
  )
  for (const hashes of all) expect(Buffer.from(hashes!)).toEqual(expected)
})

test('a worker that fails fails its own job only', async () => {
  await using broken = createHashPool({
    workerUrl: new URL('data:text/javascript,throw new Error("broken")'),
    workers: 1,
  })
  await writeFile(join(base, 'file'), Buffer.alloc(100_000))
  await using file = await root.open('file', 'read')
  const jobs = [broken.hash(file, 100_000, 131_072), broken.hash(file, 100_000, 131_072)]
  for (const job of await Promise.allSettled(jobs)) {
    expect(job).toMatchObject({ status: 'rejected', reason: { code: 'io-error' } })
  }
})

test('closing ends what waits', async () => {
  const closing = createHashPool({ workers: 1 })
  await writeFile(join(base, 'file'), Buffer.alloc(5_000_000))
  await using file = await root.open('file', 'read')
  const jobs = Promise.allSettled([1, 2, 3].map(() => closing.hash(file, 5_000_000, 131_072)))
  await closing[Symbol.asyncDispose]()
  for (const job of await jobs) expect(job).toMatchObject({ status: 'rejected', reason: { code: 'closing' } })
  await expect(closing.hash(file, 5_000_000, 131_072)).rejects.toMatchObject({ code: 'closing' })
})
