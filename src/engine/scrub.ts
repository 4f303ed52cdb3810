/**
 * Reads every file of the folder again, at leisure, and finds what the disk has damaged: a file whose stat is just what is remembered and whose
 * content is not. What has another stat is for the scan to look at. Then it looks whether the database agrees with itself. One short piece
 * of work at a time, which the loop asks for when it has nothing else to do; how far it is is kept, so that the next run goes on.
 */
import { blockCount, blockHashBytes, blockRange, blockSizeFor, isBlockListOf } from '../core/blocks.ts'
import { isSyncError } from '../core/errors.ts'
import type { ContentRoot } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import { isPieceFull, pieceFrom, restAfterMs, rootWith, scrubDueInMs, wrongBlocks } from '../core/scrub.ts'
import { isSameStat } from '../core/stat.ts'
import { isClockSet } from '../core/wall-clock.ts'
import type { Here } from '../store/folder-store.ts'
import { noteDamage } from './damage.ts'
import type { FolderContext } from './folder-context.ts'
import { checkRoot, maxFailuresInARow } from './safety.ts'

/** How far it is is written down this often: a crash costs so much reading, and a card in a Pi wears with each write. */
const saveEveryMs = 60_000
/** Paths of the database looked at in one go. */
const inspectedPaths = 200
/** Files that a peer has complained of and that wait to be read. */
const maxSuspects = 1000
/** After what is for the scan to find out. */
const retryMs = 60_000

const runFact = 'scrub'
const lastFact = 'scrubbed'
/** Since when the time to the first scrub counts. */
const sinceFact = 'scrubSince'

/** What was read, and what came of it. */
export interface Tally {
  readonly files: number
  readonly bytes: number
  readonly damaged: number
}

/** A scrub under way. */
interface Run extends Tally {
  readonly beganMs: number
  readonly by: 'person' | 'schedule'
  /** Files up to this path are done. */
  readonly after: string
  /** Of the database, once all files are. */
  readonly inspectedTo?: string
}

export interface LastScrub extends Tally {
  readonly beganMs: number
  readonly endedMs: number
  /** `stopped` by a person, or `failing`: one file after another could not be read. */
  readonly end: 'whole' | 'stopped' | 'failing'
}

export interface ScrubStatus {
  readonly running: (Tally & { readonly beganMs: number; readonly by: Run['by'] }) | undefined
  readonly last: LastScrub | undefined
  /** By the wall clock, where it is known. */
  readonly nextMs: number | undefined
  /** What there is to read. */
  readonly filesHere: number
  /** Bytes a second; 0 for no limit. */
  readonly rate: number
}

export interface Scrub {
  /** When the next piece of work may be done, monotonic; undefined where none is to be done. */
  dueAtMs(): number | undefined
  /** Does one piece. Throws what keeps the folder from being read. */
  step(): Promise<void>
  /** From here on the time to the first scrub counts. */
  begin(): void
  start(): void
  stop(): void
  /** What came from here was wrong, a peer says: these contents are read before anything else. */
  suspect(roots: Iterable<ContentRoot>): void
  status(): ScrubStatus
  /** Writes down how far it is. */
  save(): void
}

/** The file that is being read. */
interface Current {
  readonly path: RelPath
  readonly here: Here
  readonly isSuspect: boolean
  nextBlock: number
  readonly wrong: Map<number, Uint8Array>
}

export function createScrub(context: FolderContext): Scrub {
  const { store, disk, clock, log, settings } = context
  let run = read<Run>(runFact)
  let last = read<LastScrub>(lastFact)
  let sinceMs = read<number>(sinceFact)
  const suspects = new Set<RelPath>()
  let current: Current | undefined
  /** What was done last, and when: how long to rest then follows from the rate as it is set now. */
  let rest = { sinceMs: 0, bytes: 0, files: 0 }
  let notBeforeMs = 0
  let savedAtMs = clock.monotonicMs()
  let unreadableInARow = 0

  function read<T>(name: string): T | undefined {
    const text = store.fact(name)
    return text === undefined || text === '' ? undefined : JSON.parse(text)
  }

  function save(): void {
    savedAtMs = clock.monotonicMs()
    const text = run === undefined ? '' : JSON.stringify(run)
    if ((store.fact(runFact) ?? '') !== text) store.setFact(runFact, text)
  }

  function start(by: Run['by']): void {
    if (run !== undefined) return
    run = { beganMs: clock.now(), by, after: '', files: 0, bytes: 0, damaged: 0 }
    unreadableInARow = 0
    notBeforeMs = 0
    save()
    log.info({ by }, 'a scrub begins')
  }

  function end(how: LastScrub['end']): void {
    if (run === undefined) return
    const { beganMs, files, bytes, damaged } = run
    last = { beganMs, endedMs: clock.now(), files, bytes, damaged, end: how }
    run = undefined
    if (current?.isSuspect === false) current = undefined
    store.transaction(() => {
      store.setFact(lastFact, JSON.stringify(last))
      save()
    })
    log.info({ files, bytes, damaged, end: how }, 'a scrub has ended')
    context.changed()
  }

  /** Asks nothing of the store: the loop asks for this wherever it stands. */
  function dueAtMs(): number | undefined {
    if (run !== undefined || suspects.size > 0 || current !== undefined) {
      const { sinceMs, bytes, files } = rest
      return Math.max(notBeforeMs, sinceMs + restAfterMs(bytes, files, settings().scrubRate))
    }
    const dueInMs = scrubDueInMs(clock.now(), last?.endedMs ?? sinceMs, settings().scrubDays)
    return dueInMs === undefined ? undefined : clock.monotonicMs() + dueInMs
  }

  async function step(): Promise<void> {
    if (run === undefined && suspects.size === 0 && current === undefined) start('schedule')
    const done = { bytes: 0, files: 0 }
    // So that a failure below is not tried again at once.
    notBeforeMs = clock.monotonicMs() + retryMs
    while (!isPieceFull(done.bytes, done.files) && !context.isClosing()) {
      current ??= nextFile()
      if (current === undefined) {
        if (run !== undefined) inspect()
        break
      }
      done.bytes += await readSome(current)
      if (current === undefined) done.files += 1
    }
    notBeforeMs = 0
    rest = { sinceMs: clock.monotonicMs(), ...done }
    if (run !== undefined && clock.monotonicMs() - savedAtMs >= saveEveryMs) save()
  }

  function nextFile(): Current | undefined {
    for (const path of suspects) {
      suspects.delete(path)
      const here = store.state(path)?.here
      if (here?.kind === 'file' && here.verified) return toRead(path, here, true)
    }
    const next =
      run === undefined || run.inspectedTo !== undefined ? undefined : store.fileHereAfter(run.after)
    return next && toRead(next.path, next.here, false)
  }

  function toRead(path: RelPath, here: Here, isSuspect: boolean): Current {
    return { path, here, isSuspect, nextBlock: 0, wrong: new Map() }
  }

  /** Reads the next blocks of a file. Returns how much that was. */
  async function readSome(file: Current): Promise<number> {
    const { path, here } = file
    const { sizeBytes } = here
    const now = store.state(path)?.here
    // Replaced, looked at again or gone meanwhile: it was read then.
    if (now === undefined || !now.verified || now.root !== here.root || !isSameStat(now, here))
      return leave(file, 0)
    const list = blockList(here)
    if (list === undefined) return readWhole(file)
    const { first, count } = pieceFrom(sizeBytes, file.nextBlock)
    if (count === 0) return finish(file, list)
    const hashes = await readBlocks(file, first, count)
    if (hashes === undefined) return 0
    for (const [block, hash] of wrongBlocks(list, hashes, first)) file.wrong.set(block, hash)
    file.nextBlock = first + count
    const { offsetBytes } = blockRange(first, sizeBytes, blockSizeFor(sizeBytes))
    const bytes = Math.min(count * blockSizeFor(sizeBytes), sizeBytes - offsetBytes)
    addBytes(file, bytes)
    if (file.nextBlock === blockCount(sizeBytes, blockSizeFor(sizeBytes))) await finish(file, list)
    return bytes
  }

  /** As far as it is known here. */
  function blockList({ root, sizeBytes }: Here): Uint8Array | undefined {
    const hashes = store.blocks(root)?.hashes
    const isRight = hashes !== undefined && isBlockListOf(hashes, root, sizeBytes, blockSizeFor(sizeBytes))
    return isRight ? hashes : sizeBytes === 0 ? new Uint8Array() : undefined
  }

  /** A file without a list, which is made again then. */
  async function readWhole(file: Current): Promise<number> {
    const { path, here } = file
    const count = blockCount(here.sizeBytes, blockSizeFor(here.sizeBytes))
    const hashes = await readBlocks(file, 0, count)
    if (hashes === undefined) return 0
    const root = rootWith(hashes, new Map())
    addBytes(file, here.sizeBytes)
    if (root === here.root) store.addBlocks(root, blockSizeFor(here.sizeBytes), hashes)
    else noteFound(path, here, root)
    return leave(file, here.sizeBytes)
  }

  /** Undefined where the file is done with: it is not what it was any more, or cannot be read. */
  async function readBlocks(file: Current, first: number, count: number): Promise<Uint8Array | undefined> {
    const { path, here } = file
    try {
      let hashes = await disk.hashBlocks(path, here.diskPath, here, first, count)
      // A cable that was touched is no damage, and neither is a disk that was pulled.
      if (hashes === 'unreadable') {
        await checkRoot(context)
        hashes = await disk.hashBlocks(path, here.diskPath, here, first, count)
      }
      if (hashes !== 'unreadable') {
        unreadableInARow = 0
        return hashes
      }
      const look = await disk.look(path, here.diskPath)
      if (look.state === 'present' && isSameStat(look.found.stat, here)) {
        noteFound(path, here, 'unreadable')
        unreadableInARow += 1
      } else context.markDirty(here.diskPath)
    } catch (error) {
      if (!isSyncError(error, 'changing') && !isSyncError(error, 'unreadable')) throw error
      context.markDirty(here.diskPath)
    }
    leave(file, 0)
    if (unreadableInARow >= maxFailuresInARow) end('failing')
    return undefined
  }

  /** All of it was read. What was wrong is read once more before it is believed. */
  async function finish(file: Current, list: Uint8Array): Promise<number> {
    const { path, here, wrong } = file
    for (const block of [...wrong.keys()]) {
      const again = await readBlocks(file, block, 1)
      if (again === undefined) return 0
      const expected = list.subarray(block * blockHashBytes, (block + 1) * blockHashBytes)
      if (Buffer.compare(again, expected) === 0) wrong.delete(block)
      else wrong.set(block, again)
    }
    if (wrong.size > 0) noteFound(path, here, rootWith(list, wrong))
    return leave(file, 0)
  }

  function noteFound(path: RelPath, here: Here, damage: ContentRoot | 'unreadable'): void {
    noteDamage(context, path, here, damage)
    if (run !== undefined) run = { ...run, damaged: run.damaged + 1 }
    context.changed()
    context.pullSoon()
  }

  function addBytes({ isSuspect }: Current, bytes: number): void {
    if (run !== undefined && !isSuspect) run = { ...run, bytes: run.bytes + bytes }
  }

  /** Goes on to the next file. */
  function leave(file: Current, bytes: number): number {
    if (current === file) current = undefined
    if (run !== undefined && !file.isSuspect) run = { ...run, files: run.files + 1, after: file.path }
    return bytes
  }

  /** A part of the database at a time, and what can only be asked of the whole at the end. */
  function inspect(): void {
    const { faults, after } = store.inspectPaths(run?.inspectedTo ?? '', inspectedPaths)
    const found = faults.length === 0 && after === undefined ? store.inspect() : faults
    if (found.length > 0) throw store.setAside(found.join('; '))
    if (after === undefined) end('whole')
    else run = { ...run!, inspectedTo: after }
  }

  return {
    dueAtMs,
    step,
    begin() {
      const nowMs = clock.now()
      if (sinceMs !== undefined || !isClockSet(nowMs)) return
      sinceMs = nowMs
      store.setFact(sinceFact, String(nowMs))
    },
    start: () => start('person'),
    stop: () => end('stopped'),
    suspect(roots) {
      for (const root of roots)
        for (const { path } of store.hereWithRoot(root)) if (suspects.size < maxSuspects) suspects.add(path)
    },
    status() {
      const dueInMs = scrubDueInMs(clock.now(), last?.endedMs ?? sinceMs, settings().scrubDays)
      const isWaiting = run === undefined && dueInMs !== undefined
      const nextMs = isWaiting ? clock.now() + dueInMs : undefined
      return { running: run, last, nextMs, filesHere: store.filesHere(), rate: settings().scrubRate }
    },
    save,
  }
}
