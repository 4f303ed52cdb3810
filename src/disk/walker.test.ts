import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openOn } from '../testing/commit-scenes.ts'
import { caseCount } from '../testing/counts.ts'
import { testIdentity, walkAll } from '../testing/disk-driving.ts'
import { createMemoryDisk } from '../testing/memory-files.ts'

const name = fc.constantFrom('a', 'B', 'u\u0308', '\u00fc', 'x y', '.hidden', 'ファイル')
const treePath = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'))

test('a walk finds every path of any tree exactly once, or tells why not', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(treePath, { maxLength: 20 }), async (paths) => {
      const memory = createMemoryDisk()
      const disk = await openOn(memory)
      await disk.claim(testIdentity)
      for (const path of paths) {
        const ancestors = path.split('/').map((_, depth, names) => names.slice(0, depth).join('/'))
        const isBlocked = ancestors.some(
          (above) => above !== '' && memory.person.stat(above)?.kind === 'file',
        )
        if (!isBlocked && memory.person.stat(path) === undefined) memory.person.writeFile(path, path)
      }
      const listings = await walkAll(disk)
      const found = listings.flatMap((listing) => listing.found)
      expect(new Set(found.map(({ path }) => path)).size).toBe(found.length)
      for (const { path, diskPath } of found) expect(diskPath.normalize('NFC')).toBe(path)

      const told = new Set(found.map(({ diskPath }) => diskPath))
      const refused = listings.flatMap(({ problems }) => problems)
      for (const { path } of memory.person.tree()) {
        // What collides is told by its own path, and what is below it by that too.
        const isRefused = refused.some((problem) =>
          [problem.path, problem.path.normalize('NFC')].some(
            (top) =>
              path.normalize('NFC') === top.normalize('NFC') ||
              path.normalize('NFC').startsWith(`${top.normalize('NFC')}/`),
          ),
        )
        expect(told.has(path) || isRefused, path).toBe(true)
      }
    }),
    { numRuns: caseCount(150) },
  )
})

test('a directory that goes away during the walk is no error', async () => {
  const memory = createMemoryDisk()
  const disk = await openOn(memory)
  await disk.claim(testIdentity)
  memory.person.writeFile('a/b/file', 'text')
  memory.person.writeFile('z/file', 'text')
  const seen: string[] = []
  for await (const { directory, problems } of disk.walk('', '', () => false)) {
    seen.push(directory)
    expect(problems).toEqual([])
    if (directory === 'a') memory.person.remove('a')
  }
  expect(seen).toEqual(['', 'a', 'z'])
})
