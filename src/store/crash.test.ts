import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { pathOf, storeOptions, writerOf } from '../testing/store-values.ts'
import { batchFiles } from '../testing/store-writer.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { openFolderStore } from './open-folder-store.ts'

const writer = fileURLToPath(new URL('../testing/store-writer.ts', import.meta.url))

/** Runs the writer until it dies: by itself, or killed as soon as it has told of that many batches. Returns how many it told of. */
async function runWriter(args: readonly string[], killAfter: number): Promise<number> {
  const child = spawn(process.execPath, [writer, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let told = 0
  for await (const line of createInterface(child.stdout)) {
    told = Number(line) + 1
    if (told === killAfter) child.kill('SIGKILL')
  }
  if (child.signalCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGKILL')
  return told
}

function expectWhole(file: string, atLeast: number): number {
  const told: unknown[] = []
  using store = openFolderStore(file, { ...storeOptions, onDamage: (error) => told.push(error) })
  const batches = Number(store.fact('batches') ?? 0)
  expect(told).toEqual([])
  expect(batches).toBeGreaterThanOrEqual(atLeast)
  expect(store.counts()).toMatchObject({ files: batches * batchFiles, needFiles: 0, localChanges: 0 })
  expect(store.lastSequence()).toBe(batches * batchFiles)
  expect(store.counterOf(writerOf('a'))).toBe(batches * batchFiles)
  expect(store.hereBelow('', undefined, 100_000)).toHaveLength(batches * batchFiles)
  expect(store.state(pathOf(`batch ${batches}/file 0`))).toBeUndefined()
  return batches
}

test('I11 a process killed inside a transaction leaves nothing of it', { timeout: 30_000 }, async () => {
  await using directory = await makeTempDirectory()
  const file = join(directory.path, 'folder.db')
  expect(await runWriter([file, '3'], Number.POSITIVE_INFINITY)).toBe(3)
  expect(expectWhole(file, 3)).toBe(3)
})

test('I11 a process killed at any moment has lost nothing it had told of', { timeout: 30_000 }, async () => {
  for (const killAfter of [1, 2, 9, 40]) {
    await using directory = await makeTempDirectory()
    const file = join(directory.path, 'folder.db')
    const told = await runWriter([file], killAfter)
    expectWhole(file, told)
  }
})
