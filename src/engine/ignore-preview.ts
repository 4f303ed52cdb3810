/**
 * What other ignore patterns would do, before they hold: asked of the index, and where less may be ignored than now, of the disk as well,
 * because the index knows only what once synced. Changes nothing, takes turns with everything else, and says so when it did not come to its end.
 */
import { parseIgnore } from '../core/ignore.ts'
import type { RelPath } from '../core/path.ts'
import { createBreather } from './breather.ts'
import type { FolderContext } from './folder-context.ts'
import { readIgnoreText } from './ignore-rules.ts'

/** A person who types waits for an answer only so long; half of it for the index, the rest for the disk. */
const maxIndexMs = 4_000
const maxDiskMs = 4_000
const sliceRows = 1_000
/** Shown of each kind, to see what the patterns are about. */
const maxExamples = 50

export interface Matched {
  readonly files: number
  readonly bytes: number
  readonly examples: readonly string[]
}

export interface IgnorePreview {
  readonly ignored: Matched
  readonly newlyIgnored: Matched
  readonly newlySynced: Matched
  /** Only so many paths were looked at. */
  readonly partial: boolean
}

/** `isOutdated`: nobody waits for the answer any more. */
export async function previewIgnore(
  context: FolderContext,
  text: string,
  isOutdated: () => boolean,
): Promise<IgnorePreview> {
  const { store, disk, clock } = context
  const textBefore = await readIgnoreText(context)
  const before = parseIgnore(textBefore)
  const after = parseIgnore(text)
  const [ignored, newlyIgnored, newlySynced] = [createTally(), createTally(), createTally()]
  const breathe = createBreather(clock)
  let untilMs = clock.monotonicMs() + maxIndexMs

  const isOver = () => clock.monotonicMs() >= untilMs || isOutdated() || context.isClosing()

  function count(path: RelPath, sizeBytes: number, was: boolean): void {
    const is = after(path, 'file')
    if (is) ignored.add(path, sizeBytes)
    if (is !== was) (is ? newlyIgnored : newlySynced).add(path, sizeBytes)
  }

  /** False when it did not come to the end. */
  async function askIndex(): Promise<boolean> {
    for (let place = ''; ; ) {
      const slice = store.pathsAfter('all', place, sliceRows)
      for (const { path, kind, sizeBytes, ignored: was } of slice) {
        if (kind !== 'directory') count(path, sizeBytes, was)
        // After each: one path takes many milliseconds where there are thousands of patterns.
        if (isOver()) return false
        await breathe()
      }
      if (slice.length < sliceRows) return true
      place = slice.at(-1)!.path
    }
  }

  /** What lies on the disk and is in no index, because it was ignored from the beginning. */
  async function askDisk(): Promise<boolean> {
    for await (const { found } of disk.walk('', '', () => isOver())) {
      for (const { path, stat } of found) {
        if (stat.kind !== 'directory' && before(path, 'file') && !isInIndex(path))
          count(path, stat.sizeBytes, true)
        if (isOver()) return false
        await breathe()
      }
    }
    return !isOver()
  }

  function isInIndex(path: RelPath): boolean {
    const { winner, here } = store.state(path) ?? {}
    return here !== undefined || (winner !== undefined && winner.kind !== 'deleted')
  }

  const hasIndex = await askIndex()
  untilMs = clock.monotonicMs() + maxDiskMs
  const hasDisk = !mayUncover(textBefore, text) || (await askDisk())
  return {
    ...{ ignored: ignored.read(), newlyIgnored: newlyIgnored.read(), newlySynced: newlySynced.read() },
    partial: !hasIndex || !hasDisk,
  }
}

/** False when everything that is ignored stays so: no pattern went or changed its turn, and no exception came. Spares looking at the disk. */
function mayUncover(before: string, after: string): boolean {
  const lines = patternsOf(after)
  let kept = 0
  const patterns = patternsOf(before)
  for (const line of lines) {
    if (line === patterns[kept]) kept += 1
    else if (line.startsWith('!')) return true
  }
  return kept < patterns.length
}

function patternsOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'))
}

function createTally(): { add(path: string, sizeBytes: number): void; read(): Matched } {
  const examples: string[] = []
  let files = 0
  let bytes = 0
  return {
    add(path, sizeBytes) {
      files += 1
      bytes += sizeBytes
      if (examples.length < maxExamples) examples.push(path)
    },
    read: () => ({ files, bytes, examples }),
  }
}
