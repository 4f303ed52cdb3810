/** Short words for what tests do with a disk again and again. */
import type { FolderId } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import type { Stat } from '../core/stat.ts'
import type {
  ArchiveEntry,
  CommitOutcome,
  CommitStep,
  Disk,
  Expectation,
  Found,
  Listing,
  Stage,
} from '../ports.ts'

export const testIdentity = { folderId: 'ab'.repeat(32) as FolderId, diskId: 'cd'.repeat(16) }
export const testMtimeNs = 1_600_000_000_000_000_000n

export const rel = (path: string) => path as RelPath

export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const value of values) all.push(value)
  return all
}

export async function walkAll(disk: Disk): Promise<Listing[]> {
  return collect(disk.walk('', '', () => false))
}

export async function foundAt(disk: Disk, path: string): Promise<Found> {
  const look = await disk.look(rel(path), path)
  if (look.state !== 'present') throw new Error(`assertion: nothing lies at ${path}`)
  return look.found
}

export async function statAt(disk: Disk, path: string): Promise<Stat> {
  return (await foundAt(disk, path)).stat
}

/** A sealed stage with this content. */
export async function readPart(
  disk: Disk,
  path: RelPath,
  diskPath: string,
  expect: Stat,
  offsetBytes: number,
  lengthBytes: number,
): Promise<Buffer> {
  await using content = await disk.open(path, diskPath, expect)
  return await content.read(offsetBytes, lengthBytes)
}

export async function stageText(disk: Disk, key: string, text: string, executable = false): Promise<Stage> {
  const stage = await disk.openStage(key)
  await stage.write(0, Buffer.from(text))
  await stage.seal(Buffer.byteLength(text), testMtimeNs, executable)
  return stage
}

export async function commitOne(disk: Disk, step: CommitStep): Promise<CommitOutcome> {
  return (await disk.commit([step]))[0]!
}

/** Puts a file with this text at a path; the stage is kept for another try when it fails. */
export async function commitText(
  disk: Disk,
  path: string,
  text: string,
  expect: Expectation,
  archive = true,
): Promise<CommitOutcome> {
  const stage = await stageText(disk, 'test', text)
  const outcome = await commitOne(disk, { kind: 'file', path: rel(path), to: path, stage, expect, archive })
  await stage.release()
  return outcome
}

/** What the archive holds: path and content, oldest first. Links show as their size only. */
export async function archived(disk: Disk): Promise<string[]> {
  const entries: string[] = []
  const listed = await collect(disk.listArchive())
  const timeOf = ({ id }: ArchiveEntry) => id.split('/')[0]!
  listed.sort(
    (a, b) => a.archivedMs - b.archivedMs || (timeOf(a) < timeOf(b) ? -1 : timeOf(a) > timeOf(b) ? 1 : 0),
  )
  for (const entry of listed) {
    const { stage, sizeBytes, mtimeNs, executable } = await disk.stageArchived(entry.id)
    await stage.seal(sizeBytes, mtimeNs, executable)
    const path = rel(`restored-${entries.length}`)
    await disk.commit([{ kind: 'file', path, to: path, stage, expect: 'absent', archive: false }])
    const stat = await statAt(disk, path)
    entries.push(`${entry.path}: ${(await readPart(disk, path, path, stat, 0, stat.sizeBytes)).toString()}`)
    await disk.commit([{ kind: 'remove', path, to: path, expect: stat, archive: false }])
  }
  return entries
}

/** Done with what, or the code it failed with. */
export function told(outcome: CommitOutcome): string {
  return outcome.state === 'failed' ? outcome.error.code : (outcome.found?.stat.kind ?? 'removed')
}
