/** A person who saves a file anew at the very moment it gets its second name: between two system calls of ours, on a real disk. */
import fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import type { CommitStep, Disk } from '../ports.ts'
import { rel, stageText, statAt, testIdentity } from '../testing/disk-driving.ts'
import { silentLog } from '../testing/silent-log.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { createInlineFinder } from './block-finder.ts'
import { openDisk } from './disk.ts'
import { createInlineHasher } from './hasher.ts'
import { realFiles } from './real-files.ts'

afterEach(() => void vi.restoreAllMocks())

const steps: Readonly<Record<string, (disk: Disk) => Promise<CommitStep>>> = {
  moved: async (disk) => ({
    ...{ kind: 'move', path: rel('to'), to: 'to', fromPath: rel('from'), from: 'from' },
    expect: await statAt(disk, 'from'),
  }),
  replaced: async (disk) => ({
    ...{ kind: 'file', path: rel('from'), to: 'from', archive: true },
    ...{ stage: await stageText(disk, 's', 'of a peer'), expect: await statAt(disk, 'from') },
  }),
}

const edits: Readonly<Record<string, (path: string) => void>> = {
  'saved anew': (path) => {
    fs.writeFileSync(`${path}.new`, 'new work')
    fs.renameSync(`${path}.new`, path)
  },
  'written into': (path) => fs.writeFileSync(path, 'new work'),
}

const scenes = Object.keys(steps).flatMap((step) =>
  Object.keys(edits).flatMap((edit) =>
    (['before', 'after'] as const).map((when) => [step, edit, when] as const),
  ),
)

test.each(scenes)(
  'I1 I7 a file that is %s while it is %s right %s its second name',
  async (step, edit, when) => {
    await using root = await makeTempDirectory()
    const disk = await openDisk({
      files: realFiles(root.path),
      hasher: createInlineHasher(),
      finder: createInlineFinder(),
      clock: { now: () => Date.UTC(2026, 0, 1) },
      log: silentLog,
    })
    await disk.claim(testIdentity)
    const path = join(root.path, 'from')
    fs.writeFileSync(path, 'old')
    const planned = await steps[step]!(disk)
    const link = fs.linkSync
    let isEdited = false
    vi.spyOn(fs, 'linkSync').mockImplementation((existing, added) => {
      const isOurs = !isEdited && String(existing).endsWith('/from')
      isEdited ||= isOurs
      if (isOurs && when === 'before') edits[edit]!(path)
      link(existing, added)
      if (isOurs && when === 'after') edits[edit]!(path)
    })
    const [outcome] = await disk.commit([planned])
    expect(isEdited).toBe(true)

    const contents = fs
      .readdirSync(root.path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [entry.name, fs.readFileSync(join(entry.parentPath, entry.name), 'utf8')] as const)
    const current = contents.filter(([name]) => name === 'from' || name === 'to')
    // The new work lies where the next look finds it, and what was told does not fit it.
    expect(current.map(([, text]) => text)).toContain('new work')
    const [place] = current.find(([, text]) => text === 'new work')!
    const now = fs.lstatSync(join(root.path, place), { bigint: true })
    if (outcome!.state === 'done') {
      const { found } = outcome!
      expect(found?.diskPath === place && found.stat.mtimeNs === now.mtimeNs).toBe(false)
    }
    // Nothing has two names that a person could write into both through one.
    for (const [name] of current) expect([name, fs.lstatSync(join(root.path, name)).nlink]).toEqual([name, 1])
  },
)
