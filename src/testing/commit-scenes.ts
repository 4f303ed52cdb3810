/** Every kind of commit on a disk in memory, to be crashed, disturbed and made to fail at each of its operations. */
import { createInlineFinder } from '../disk/block-finder.ts'
import { openDisk } from '../disk/disk.ts'
import { createInlineHasher } from '../disk/hasher.ts'
import type { CommitStep, Disk } from '../ports.ts'
import { rel, stageText, statAt } from './disk-driving.ts'
import type { Gate, MemoryDisk, MemoryOptions } from './memory-files.ts'
import { silentLog } from './silent-log.ts'

/** Opens the folder on a memory disk as a new process would. */
export function openOn(memory: MemoryDisk, gate?: Gate): Promise<Disk> {
  const clock = { now: () => Date.UTC(2026, 0, 1) }
  return openDisk({
    files: memory.files(gate),
    hasher: createInlineHasher(),
    finder: createInlineFinder(),
    clock,
    log: silentLog,
  })
}

export interface CommitScene {
  readonly title: string
  readonly prepare?: (memory: MemoryDisk) => void
  readonly steps: (disk: Disk) => Promise<CommitStep[]>
  /** What may lie at `file`: content, `directory`, or `absent`. */
  readonly allowed: readonly string[]
  /** Whether the old file is moved into the archive, not linked or copied. */
  readonly movesAway?: boolean
  /** Where else than there and in the archive the old content may be. */
  readonly elsewhere?: string
  /** Only for disks on which a file can have two names. */
  readonly needsHardLinks?: boolean
  /** What lies there once the commit is done. */
  readonly done: string
}

const archive = true
const commitScenes: readonly CommitScene[] = [
  {
    title: 'a new file',
    steps: async (disk) => [
      {
        kind: 'file',
        path: rel('file'),
        to: 'file',
        stage: await stageText(disk, 's', 'new content'),
        expect: 'absent',
        archive,
      },
    ],
    allowed: ['absent', 'new content'],
    done: 'new content',
  },
  {
    title: 'a new file in a new directory',
    steps: async (disk) => [
      { kind: 'directory', path: rel('sub'), to: 'sub', expect: 'absent', archive },
      {
        kind: 'file',
        path: rel('sub/file'),
        to: 'sub/file',
        stage: await stageText(disk, 's', 'new content'),
        expect: 'absent',
        archive,
      },
    ],
    allowed: ['absent'],
    done: 'absent',
  },
  {
    title: 'a replaced file',
    prepare: (memory) => memory.person.writeFile('file', 'old content'),
    steps: async (disk) => [
      {
        kind: 'file',
        path: rel('file'),
        to: 'file',
        stage: await stageText(disk, 's', 'new content'),
        expect: await statAt(disk, 'file'),
        archive,
      },
    ],
    allowed: ['old content', 'new content'],
    done: 'new content',
  },
  {
    title: 'a file replaced by a link',
    prepare: (memory) => memory.person.writeFile('file', 'old content'),
    steps: async (disk) => [
      {
        kind: 'link',
        path: rel('file'),
        to: 'file',
        target: 'target',
        expect: await statAt(disk, 'file'),
        archive,
      },
    ],
    allowed: ['old content', 'target'],
    done: 'target',
  },
  {
    title: 'a removed file',
    prepare: (memory) => memory.person.writeFile('file', 'old content'),
    steps: async (disk) => [
      { kind: 'remove', path: rel('file'), to: 'file', expect: await statAt(disk, 'file'), archive },
    ],
    allowed: ['old content', 'absent'],
    movesAway: true,
    done: 'absent',
  },
  {
    title: 'a file replaced by a directory',
    prepare: (memory) => memory.person.writeFile('file', 'old content'),
    steps: async (disk) => [
      { kind: 'directory', path: rel('file'), to: 'file', expect: await statAt(disk, 'file'), archive },
    ],
    allowed: ['old content', 'directory', 'absent'],
    movesAway: true,
    done: 'directory',
  },
  {
    title: 'a directory replaced by a file',
    prepare: (memory) => memory.person.mkdir('file'),
    steps: async (disk) => [
      {
        kind: 'file',
        path: rel('file'),
        to: 'file',
        stage: await stageText(disk, 's', 'new content'),
        expect: await statAt(disk, 'file'),
        archive,
      },
    ],
    allowed: ['directory', 'absent', 'new content'],
    done: 'new content',
  },
  {
    title: 'a file moved away',
    prepare: (memory) => {
      memory.person.writeFile('file', 'old content')
      memory.person.mkdir('sub')
    },
    steps: async (disk) => [
      {
        kind: 'move',
        path: rel('sub/moved'),
        to: 'sub/moved',
        fromPath: rel('file'),
        from: 'file',
        expect: await statAt(disk, 'file'),
      },
    ],
    allowed: ['old content', 'absent'],
    elsewhere: 'sub/moved',
    needsHardLinks: true,
    done: 'absent',
  },
  {
    title: 'changed metadata',
    prepare: (memory) => memory.person.writeFile('file', 'old content'),
    steps: async (disk) => [
      {
        kind: 'metadata',
        path: rel('file'),
        to: 'file',
        expect: await statAt(disk, 'file'),
        mtimeNs: 0n,
        executable: true,
      },
    ],
    allowed: ['old content'],
    done: 'old content',
  },
]

/** Scenes that a disk of this kind can be asked for. */
export function scenesFor({ hardLinks }: MemoryOptions): CommitScene[] {
  return commitScenes.filter(({ needsHardLinks }) => needsHardLinks !== true || hardLinks !== false)
}

/** Every content that is at the scene's path, where else it may be, and in the archive. */
export function contentsOf(memory: MemoryDisk, { elsewhere }: CommitScene): string[] {
  const archived = memory.person.tree('.sync/archive').map(({ data }) => data.toString())
  const places = elsewhere === undefined ? ['file'] : ['file', elsewhere]
  return [...places.map((place) => contentAt(memory, place)), ...archived]
}

export function contentAt(memory: MemoryDisk, path: string): string {
  const stat = memory.person.stat(path)
  if (stat === undefined) return 'absent'
  if (stat.kind === 'directory') return 'directory'
  return memory.person.tree(path)[0]!.data.toString()
}

export const memoryDiskKinds: readonly (readonly [string, MemoryOptions])[] = [
  ['a disk like ext4', {}],
  ['a disk like FAT', { hardLinks: false, executable: false, caseSensitive: false }],
]
