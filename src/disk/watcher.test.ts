import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { watchRealFiles } from './watcher.ts'

function countWatches(): number {
  return readdirSync('/proc/self/fdinfo').reduce((count, descriptor) => {
    try {
      return count + readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8').split('\ninotify wd:').length - 1
    } catch (error) {
      // The descriptor the listing itself used is closed by now.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return count
      throw error
    }
  }, 0)
}

async function withWatch(
  run: (path: string, hinted: (...anyOf: string[]) => Promise<void>, seen: Set<string>) => Promise<void>,
  prepare: (path: string) => Promise<void> = async () => undefined,
): Promise<void> {
  const path = await mkdtemp(join(tmpdir(), 'berrysync-'))
  try {
    await prepare(path)
    const seen = new Set<string>()
    let wake = () => undefined as undefined
    await using _watch = await watchRealFiles(path)(
      (changed) => {
        for (const at of changed) seen.add(at)
        wake()
      },
      (reason) => expect.unreachable(reason),
    )
    const hinted = async (...anyOf: string[]) => {
      while (!anyOf.some((at) => seen.delete(at))) {
        await new Promise<void>((resolve) => {
          wake = () => void resolve() as undefined
        })
      }
    }
    await run(path, hinted, seen)
  } finally {
    await rm(path, { recursive: true })
  }
}

test('I14 a tree costs one watch a directory, however many files it has', () => {
  const before = countWatches()
  return withWatch(
    async () => {
      expect(countWatches() - before).toBeLessThanOrEqual(22)
    },
    async (path) => {
      for (let directory = 0; directory < 20; directory += 1) {
        mkdirSync(join(path, `directory ${directory}`))
        const files = Array.from({ length: 100 }, (_, file) =>
          join(path, `directory ${directory}`, `${file}`),
        )
        await Promise.all(files.map((file) => writeFile(file, 'x')))
      }
      await mkdir(join(path, '.sync', 'stage'), { recursive: true })
    },
  )
})

test('files made, changed, renamed and deleted are hinted at', () =>
  withWatch(
    async (path, hinted) => {
      await writeFile(join(path, 'sub', 'new'), 'x')
      await hinted('sub/new')
      await appendFile(join(path, 'sub', 'old'), 'more')
      await hinted('sub/old')
      await rename(join(path, 'sub', 'old'), join(path, 'sub', 'renamed'))
      await hinted('sub/old')
      await hinted('sub/renamed')
      await rm(join(path, 'sub', 'new'))
      await hinted('sub/new')
    },
    async (path) => {
      await mkdir(join(path, 'sub'))
      await writeFile(join(path, 'sub', 'old'), 'x')
    },
  ))

test('what happens in directories that appeared or moved later is hinted at, by itself or from above', () =>
  withWatch(async (path, hinted) => {
    await mkdir(join(path, 'a', 'b'), { recursive: true })
    await hinted('a')
    // A directory is watched a moment after it is seen; what was missed by then is told as the directory itself.
    await writeFile(join(path, 'a', 'b', 'file'), 'x')
    await hinted('a/b/file', 'a/b')
    await rename(join(path, 'a'), join(path, 'c'))
    await hinted('a')
    await hinted('c')
    await appendFile(join(path, 'c', 'b', 'file'), 'more')
    await hinted('c/b/file', 'c/b', 'c')
    await rm(join(path, 'c'), { recursive: true })
    await hinted('c')
  }))

test('the hidden directory is not hinted at', () =>
  withWatch(
    async (path, hinted, seen) => {
      await writeFile(join(path, '.sync', 'note'), 'x')
      await mkdir(join(path, '.sync', 'stage'))
      await writeFile(join(path, 'after'), 'x')
      await hinted('after')
      expect([...seen].filter((at) => at.startsWith('.sync'))).toEqual([])
    },
    (path) => mkdir(join(path, '.sync')).then(() => undefined),
  ))
