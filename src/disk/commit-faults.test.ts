import { describe, expect, test } from 'vitest'
import { contentAt, contentsOf, memoryDiskKinds, openOn, scenesFor } from '../testing/commit-scenes.ts'
import { testIdentity } from '../testing/disk-driving.ts'
import { createMemoryDisk, errnoError, type MemoryDisk } from '../testing/memory-files.ts'

/** Edits as a person may make them at any moment. One that cannot be made just then is not made. */
const edits: Readonly<Record<string, (memory: MemoryDisk) => void>> = {
  'written into': (memory) => memory.person.writeFile('file', 'edited content'),
  'saved anew': (memory) => memory.person.saveFile('file', 'edited content'),
}

function tryEdit(edit: (memory: MemoryDisk) => void, memory: MemoryDisk): boolean {
  try {
    edit(memory)
    return true
  } catch (error) {
    if (['EISDIR', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}

describe.each(memoryDiskKinds)('on %s', (_title, options) => {
  const files = scenesFor(options).filter(({ allowed }) => allowed.includes('old content'))

  describe.each(Object.entries(edits))('a file %s at any moment', (_edit, edit) => {
    test.each(files)('I1 I7 is neither lost nor hidden by $title', async (scene) => {
      const { prepare, steps, elsewhere = 'file' } = scene
      for (let editAt = 0; ; editAt += 1) {
        const memory = createMemoryDisk(options)
        await (await openOn(memory)).claim(testIdentity)
        prepare?.(memory)
        let count = Number.NEGATIVE_INFINITY
        let isEdited = false
        const disk = await openOn(memory, async () => {
          count += 1
          if (count === editAt) isEdited = tryEdit(edit, memory)
        })
        const planned = await steps(disk)
        count = -1
        const [outcome] = await disk.commit(planned)
        if (count < editAt) break
        if (!isEdited) continue

        expect(contentsOf(memory, scene), `edit at ${editAt}`).toContain('edited content')
        const now = contentAt(memory, elsewhere)
        const after = memory.person.stat(elsewhere)
        if (outcome!.state === 'failed')
          expect(outcome!.error.code, `edit at ${editAt}`).toBe('changed-since-plan')
        // What was told of the path must not fit what lies there now, or the next scan would not see the edit.
        else if (now === 'edited content')
          expect(outcome!.found?.stat.ctimeNs, `edit at ${editAt}`).not.toBe(after?.ctimeNs)
        else if (elsewhere === 'file') expect(outcome!.found).toBeUndefined()
      }
    })
  })

  test.each(scenesFor(options))('I1 I6 any single failure leaves $title whole', async (scene) => {
    const { prepare, steps, allowed, done } = scene
    for (const code of ['ENOSPC', 'EIO', 'EACCES']) {
      for (let failAt = 0; ; failAt += 1) {
        const memory = createMemoryDisk(options)
        await (await openOn(memory)).claim(testIdentity)
        prepare?.(memory)
        let count = Number.NEGATIVE_INFINITY
        const disk = await openOn(memory, async (_operation, path) => {
          count += 1
          if (count === failAt) throw errnoError(code, path)
        })
        const planned = await steps(disk)
        count = -1
        const outcomes = await disk.commit(planned)
        if (count < failAt) break

        const now = contentAt(memory, 'file')
        expect(allowed, `${code} at ${failAt}`).toContain(now)
        if (allowed.includes('old content')) {
          expect(contentsOf(memory, scene), `${code} at ${failAt}`).toContain('old content')
        }
        const last = outcomes.at(-1)!
        if (last.state === 'done') expect(planned.length > 1 ? done : now).toBe(done)
        else if (done !== 'absent' && allowed.includes('old content'))
          expect(now, `${code} at ${failAt}`).not.toBe('absent')
      }
    }
  })
})
