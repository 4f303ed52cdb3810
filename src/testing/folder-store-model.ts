/**
 * What a folder's store means, written as plainly as possible and without any thought of speed: the store is checked against it.
 */
import { conflictOriginal } from '../core/conflict-name.ts'
import type { ContentRoot, RecordId, WriterId } from '../core/ids.ts'
import { comparePaths, type DirPath, isInside, parentOf, type RelPath } from '../core/path.ts'
import type { SignedRecord } from '../core/record.ts'
import { sameContent, type Version } from '../core/version.ts'
import type {
  FetchOrder,
  FolderStore,
  Here,
  KeepLimits,
  ListedPath,
  PathState,
  ProblemRow,
} from '../store/folder-store.ts'
import { mtimeMsOf, orderKeyOf } from '../store/rank.ts'

/** Before every file that takes time to fetch: what takes none, and what a person asked for. */
const firstRank = -(2 ** 53)

interface RecordEntry {
  readonly record: SignedRecord
  readonly sequence: number
  superseded: boolean
}

interface PathEntry {
  winner: Version | undefined
  agreed: Version | undefined
  predecessor: Version | undefined
  here: Here | undefined
  ignored: boolean
  asked: boolean
}

export interface ModelState {
  sequence: number
  order: FetchOrder
  keep: KeepLimits
  /** The oldest file that is kept, if any is not, when the limits were last looked at. */
  edge: { readonly mtimeNs: bigint; readonly path: RelPath } | undefined
  readonly records: Map<RecordId, RecordEntry>
  readonly paths: Map<RelPath, PathEntry>
  readonly problems: Map<string, ProblemRow>
  readonly counters: Map<WriterId, number>
}

export type StoreModel = Pick<
  FolderStore,
  | 'counterOf'
  | 'takeCounters'
  | 'addRecord'
  | 'isInIndex'
  | 'record'
  | 'versionsOf'
  | 'setWinner'
  | 'dropWinner'
  | 'retract'
  | 'unsaid'
  | 'predecessor'
  | 'indexAfter'
  | 'lastSequence'
  | 'state'
  | 'childrenHere'
  | 'hereBelow'
  | 'hasLiveBelow'
  | 'hasHereBelow'
  | 'hasDeletionsBelow'
  | 'needs'
  | 'setOrder'
  | 'keepNewest'
  | 'setAsked'
  | 'adopt'
  | 'setHere'
  | 'renumberDevice'
  | 'setIgnored'
  | 'disagree'
  | 'hereWithRoot'
  | 'damaged'
  | 'damagedAs'
  | 'countDamaged'
  | 'countIgnored'
  | 'fileHereAfter'
  | 'directoryHere'
  | 'localChanges'
  | 'pathsAfter'
  | 'conflictCopies'
  | 'countConflictCopies'
  | 'counts'
  | 'pendingDeletions'
  | 'pendingLosses'
  | 'deletionsPending'
  | 'filesHere'
  | 'needsRoot'
  | 'isContentNeeded'
  | 'isContentLiveElsewhere'
  | 'clearIgnored'
  | 'clearProblems'
  | 'clearProblemsOfContent'
  | 'forgetProblems'
  | 'problems'
  | 'problem'
  | 'setProblem'
  | 'clearProblem'
  | 'clearProblemsExcept'
> & {
  /** Everything the model knows, to go back to. */
  save(): ModelState
  restore(saved: ModelState): void
}

export function createStoreModel(): StoreModel {
  let model: ModelState = {
    sequence: 0,
    order: 'alphabetical',
    keep: { files: 0, bytes: 0 },
    edge: undefined,
    records: new Map(),
    paths: new Map(),
    problems: new Map(),
    counters: new Map(),
  }

  function change(path: RelPath, changes: Partial<PathEntry>): void {
    const before = model.paths.get(path) ?? {
      winner: undefined,
      agreed: undefined,
      predecessor: undefined,
      here: undefined,
      ignored: false,
      asked: false,
    }
    const entry = { ...before, ...changes }
    if (isUnkept(path, entry) && entry.here === undefined) entry.agreed = undefined
    const isEmpty =
      entry.winner === undefined && entry.agreed === undefined && entry.here === undefined && !entry.ignored
    if (isEmpty) model.paths.delete(path)
    else model.paths.set(path, entry)
    for (const [id, { record, superseded }] of model.records) {
      const isNamed =
        !isEmpty && [entry.winner, entry.agreed, entry.predecessor].some((each) => each?.id === id)
      const kept = record.version.path !== path || !superseded || isNamed
      if (!kept) model.records.delete(id)
    }
  }

  function isUnkept(path: RelPath, { winner, asked }: Pick<PathEntry, 'winner' | 'asked'>): boolean {
    return !asked && winner !== undefined && isBeyond(path, winner)
  }

  function isBeyond(path: RelPath, winner: Version): boolean {
    if (winner.kind !== 'file' || (model.keep.files === 0 && model.keep.bytes === 0)) return false
    const isTooLarge = model.keep.bytes > 0 && winner.sizeBytes > model.keep.bytes
    return isTooLarge || (model.edge !== undefined && compareAges({ ...winner, path }, model.edge) > 0)
  }

  /** From new to old. */
  function compareAges(
    a: { readonly path: RelPath; readonly mtimeNs: bigint },
    b: { readonly path: RelPath; readonly mtimeNs: bigint },
  ): number {
    const [aMs, bMs] = [mtimeMsOf(a.mtimeNs), mtimeMsOf(b.mtimeNs)]
    return aMs === bMs ? comparePaths(a.path, b.path) : bMs - aMs
  }

  function rankOf({ winner, asked }: PathState): number {
    const takesTime = winner?.kind === 'file' && winner.sizeBytes > 0
    if (asked || !takesTime) return firstRank
    return orderKeyOf(model.order, winner.sizeBytes, mtimeMsOf(winner.mtimeNs))
  }

  function addEntry(record: SignedRecord, superseded: boolean): boolean {
    const known = model.records.get(record.version.id)
    if (known !== undefined && (superseded || !known.superseded)) return false
    model.sequence += 1
    model.records.set(record.version.id, { record, sequence: model.sequence, superseded })
    return true
  }

  function states(): PathState[] {
    return [...model.paths]
      .map(([path, { predecessor: _, ...entry }]) => ({ path, ...entry, unkept: isUnkept(path, entry) }))
      .sort((a, b) => comparePaths(a.path, b.path))
  }

  function copies(): Version[] {
    return states().flatMap(({ path, winner }) =>
      winner !== undefined && isFile(winner) && conflictOriginal(path) !== undefined ? [winner] : [],
    )
  }

  function hasVersionWithRoot(path: string, root: ContentRoot): boolean {
    return [...model.records.values()].some(
      ({ record: { version }, superseded }) =>
        !superseded && version.path === path && version.kind === 'file' && version.root === root,
    )
  }

  function needOf(state: PathState): 'live' | 'deleted' | 'unkept' | undefined {
    if (state.ignored || state.winner === undefined) return undefined
    if (state.unkept) {
      const { here, agreed } = state
      const isKnown = here?.verified || here?.damage !== undefined
      return isKnown && agreed !== undefined && sameContent(here!, agreed) ? 'unkept' : undefined
    }
    const isDamaged =
      state.here?.damage !== undefined &&
      state.winner.kind === 'file' &&
      state.here.root === state.winner.root
    if (state.winner.id === state.agreed?.id && !isDamaged) return undefined
    if (state.winner.kind !== 'deleted') return 'live'
    return state.agreed === undefined && state.here === undefined ? undefined : 'deleted'
  }

  function isLocalChange({ ignored, here, agreed }: PathState): boolean {
    if (ignored) return false
    if (here === undefined) return agreed !== undefined && agreed.kind !== 'deleted'
    return agreed === undefined || !sameContent(here, agreed)
  }

  function isFile(content: { readonly kind: string } | undefined): boolean {
    return content?.kind === 'file' || content?.kind === 'link'
  }

  function below(directory: DirPath): PathState[] {
    return states().filter((state) => isInside(state.path, directory))
  }

  function isHeldBack(path: string, nowMs: number): boolean {
    const problem = model.problems.get(path)
    return problem !== undefined && (problem.retryMs === 0 || problem.retryMs > nowMs)
  }

  function isBehind(path: string, after: string): boolean {
    return Buffer.compare(Buffer.from(path), Buffer.from(after)) > 0
  }

  function listed({ path, winner, here, ignored }: PathState): ListedPath | undefined {
    const shown = winner === undefined || winner.kind === 'deleted' ? here : winner
    if (shown === undefined || shown.kind === 'deleted') return undefined
    return { path, kind: shown.kind, sizeBytes: shown.sizeBytes, ignored }
  }

  return {
    counterOf: (writer) => model.counters.get(writer) ?? 0,
    takeCounters(writer, count) {
      const highest = model.counters.get(writer) ?? 0
      model.counters.set(writer, highest + count)
      return highest + 1
    },
    addRecord(record) {
      if (!addEntry(record, false)) return false
      for (const [writer, counter] of record.version.vector) {
        model.counters.set(writer, Math.max(counter, model.counters.get(writer) ?? 0))
      }
      return true
    },
    isInIndex: (id) => model.records.get(id)?.superseded === false,
    record: (id) => {
      const record = model.records.get(id)?.record
      return record?.proof === undefined ? undefined : record
    },
    versionsOf: (path) =>
      [...model.records.values()]
        .filter(({ record, superseded }) => record.version.path === path && !superseded)
        .map(({ record }) => record.version),
    setWinner(path, winner, superseded) {
      for (const id of superseded) {
        const entry = model.records.get(id)
        if (entry?.record.version.path === path && id !== winner) entry.superseded = true
      }
      change(path, { winner: model.records.get(winner)!.record.version })
    },
    dropWinner(path, forgotten) {
      for (const id of forgotten) {
        const entry = model.records.get(id)
        if (entry?.record.version.path === path) entry.superseded = true
      }
      change(path, { winner: undefined })
    },
    retract(path, deletion) {
      addEntry({ version: deletion } as SignedRecord, true)
      change(path, { winner: deletion })
    },
    unsaid: (limit) =>
      states()
        .filter(({ winner, agreed, ignored }) => winner === undefined && agreed !== undefined && !ignored)
        .map(({ path }) => path)
        .slice(0, limit),
    predecessor: (path) => model.paths.get(path)?.predecessor,
    indexAfter: (sequence, limit) =>
      [...model.records.values()]
        .filter((entry) => entry.sequence > sequence && !entry.superseded)
        .sort((a, b) => a.sequence - b.sequence)
        .slice(0, limit)
        .map((entry) => ({
          sequence: entry.sequence,
          record: entry.record,
          have:
            !isFile(entry.record.version) ||
            states().some(
              ({ here }) =>
                isFile(here) && here?.verified === true && here.root === entry.record.version.root,
            ),
        })),
    lastSequence: () => model.sequence,
    state: (path) => states().find((state) => state.path === path),
    childrenHere: (directory) =>
      states().filter((state) => state.here !== undefined && parentOf(state.path) === directory),
    hereBelow: (directory, after, limit) =>
      below(directory)
        .filter((state) => state.here !== undefined)
        .map((state) => state.path)
        .filter((path) => after === undefined || comparePaths(path, after) > 0)
        .slice(0, limit),
    hasLiveBelow: (directory) =>
      below(directory).some(({ winner }) => winner !== undefined && winner.kind !== 'deleted'),
    hasHereBelow: (directory) => below(directory).some(({ here }) => here !== undefined),
    hasDeletionsBelow: (directory) =>
      below(directory).some((state) => needOf(state) === 'deleted' && state.here !== undefined),
    needs(nowMs, limit) {
      const needed = states().filter((state) => !isHeldBack(state.path, nowMs))
      const live = needed.filter((state) => needOf(state) === 'live')
      const deletions = needed.filter((state) => needOf(state) === 'deleted')
      const unkept = needed.filter((state) => needOf(state) === 'unkept')
      const byRank = (a: PathState, b: PathState) => rankOf(a) - rankOf(b)
      return [...unkept.sort(byRank), ...live.sort(byRank), ...deletions.reverse()]
        .slice(0, limit)
        .map(({ path }) => path)
    },
    setOrder(order) {
      model.order = order
    },
    keepNewest(keep) {
      const { files, bytes } = keep
      const before = model.keep
      model.keep = keep
      model.edge = undefined
      if (files === 0 && bytes === 0) {
        if (before.files === 0 && before.bytes === 0) return
        for (const { path, asked, winner, agreed } of states())
          if (asked && winner?.id === agreed?.id) change(path, { asked: false })
        return
      }
      const byAge = states()
        .filter(({ winner, ignored, asked }) => winner?.kind === 'file' && !ignored && !asked)
        .filter(({ winner }) => bytes === 0 || winner!.sizeBytes <= bytes)
        .map(({ path, winner }) => ({ path, mtimeNs: winner!.mtimeNs, sizeBytes: winner!.sizeBytes }))
        .sort(compareAges)
      const firstOut = byAge.findIndex((_, index) => {
        const sum = byAge.slice(0, index + 1).reduce((all, { sizeBytes }) => all + sizeBytes, 0)
        return (files > 0 && index + 1 > files) || (bytes > 0 && sum > bytes)
      })
      model.edge = byAge[firstOut - 1]
      for (const { path } of states()) change(path, {})
    },
    setAsked(path, asked) {
      if (model.paths.has(path)) change(path, { asked })
    },
    adopt(path, version, here) {
      const agreed = typeof version === 'string' ? model.records.get(version)!.record.version : version
      addEntry({ version: agreed } as SignedRecord, true)
      const { winner, asked = false, agreed: before, predecessor } = model.paths.get(path) ?? {}
      const [author, authorBefore] = [agreed, before].map(
        (each) => each && model.records.get(each.id)?.record.proof?.author,
      )
      const isOfOther = author !== undefined && authorBefore !== undefined && author !== authorBefore
      const isOver = winner?.id === agreed.id && !isBeyond(path, winner)
      change(path, {
        ...{ agreed, here, asked: asked && !isOver },
        predecessor: isOfOther ? before : predecessor,
      })
    },
    setHere: (path, here) => change(path, { here }),
    renumberDevice(from, to) {
      for (const { path, here } of states())
        if (here?.device === from) change(path, { here: { ...here, device: to } })
    },
    setIgnored: (path, ignored) => change(path, { ignored }),
    disagree: (path) => change(path, { agreed: undefined }),
    hereWithRoot: (root) =>
      states().flatMap(({ path, here }) =>
        here?.kind === 'file' && here.verified && here.root === root ? [{ path, here }] : [],
      ),
    damaged: (limit, after = '') =>
      states()
        .filter(({ path, here }) => here?.damage !== undefined && isBehind(path, after))
        .slice(0, limit),
    damagedAs: (damage, inode, device) =>
      states().flatMap(({ path, here }) =>
        here?.damage === damage && here.inode === inode && here.device === device ? [{ path, here }] : [],
      ),
    countDamaged: () => states().filter(({ here }) => here?.damage !== undefined).length,
    countIgnored: () => states().filter(({ ignored, winner }) => ignored && isFile(winner)).length,
    fileHereAfter: (after) =>
      states().flatMap(({ path, here }) =>
        here?.kind === 'file' && here.verified && isBehind(path, after) ? [{ path, here }] : [],
      )[0],
    directoryHere: (inode, device) =>
      states().find(
        ({ here }) => here?.kind === 'directory' && here.inode === inode && here.device === device,
      )?.path,
    localChanges: (limit, after = '') =>
      states()
        .filter((state) => isLocalChange(state) && isBehind(state.path, after))
        .slice(0, limit),
    pathsAfter: (which, after, limit) =>
      states()
        .filter((state) => isBehind(state.path, after) && (which === 'all' || needOf(state) !== undefined))
        .flatMap((state) => listed(state) ?? [])
        .slice(0, limit),
    conflictCopies: (limit) => copies().slice(0, limit),
    countConflictCopies: () => copies().length,
    counts() {
      const files = states().filter(({ winner }) => isFile(winner))
      const needed = states().filter((state) => needOf(state) !== undefined)
      const unkept = states().filter((state) => state.unkept && !state.ignored)
      const bytes = (of: readonly PathState[]) =>
        of.filter(({ winner }) => isFile(winner)).reduce((sum, { winner }) => sum + winner!.sizeBytes, 0)
      return {
        files: files.length,
        bytes: bytes(files),
        needFiles: needed.length,
        needBytes: bytes(needed.filter((state) => needOf(state) === 'live')),
        localChanges: states().filter(isLocalChange).length,
        unkeptFiles: unkept.length,
        unkeptBytes: bytes(unkept),
      }
    },
    pendingDeletions: () =>
      states().filter((state) => needOf(state) === 'deleted' && isFile(state.here)).length,
    pendingLosses: () =>
      states().filter(
        ({ path, here, ...state }) =>
          needOf({ path, here, ...state }) === 'deleted' &&
          isFile(here) &&
          !states().some(
            (other) =>
              other.path !== path && other.winner?.kind === 'file' && other.winner.root === here?.root,
          ),
      ).length,
    deletionsPending: (limit) =>
      states()
        .filter((state) => needOf(state) === 'deleted' && isFile(state.here))
        .map((state) => state.path)
        .slice(0, limit),
    filesHere: () => states().filter(({ here }) => isFile(here)).length,
    needsRoot: (root, nowMs) =>
      states().find(
        (state) =>
          needOf(state) === 'live' &&
          state.winner?.kind === 'file' &&
          state.winner.root === root &&
          !isHeldBack(state.path, nowMs),
      )?.path,
    isContentNeeded: (root) =>
      states().some((state) => needOf(state) === 'live' && hasVersionWithRoot(state.path, root)),
    isContentLiveElsewhere: (root, path) =>
      states().some(
        (state) => state.path !== path && state.winner?.kind === 'file' && state.winner.root === root,
      ),
    clearIgnored() {
      for (const { path, ignored } of states()) if (ignored) change(path, { ignored: false })
    },
    clearProblems(code) {
      for (const row of [...model.problems.values()]) if (row.code === code) model.problems.delete(row.path)
    },
    clearProblemsOfContent(code, roots) {
      for (const row of [...model.problems.values()]) {
        const isOfContent = roots.some((root) => hasVersionWithRoot(row.path, root))
        if (isOfContent && row.code === code) model.problems.delete(row.path)
      }
    },
    forgetProblems() {
      model.problems.clear()
    },
    problem: (path) => model.problems.get(path),
    problems: (limit, after = '') =>
      [...model.problems.values()]
        .filter(({ path }) => isBehind(path, after))
        .sort((a, b) => comparePaths(a.path as RelPath, b.path as RelPath))
        .slice(0, limit),
    setProblem(row) {
      model.problems.set(row.path, row)
    },
    clearProblem(path) {
      model.problems.delete(path)
    },
    clearProblemsExcept(codes, still) {
      for (const { path, code } of [...model.problems.values()]) {
        if (codes.includes(code) && !still.has(path)) model.problems.delete(path)
      }
    },
    save: () => structuredClone(model),
    restore(saved) {
      model = saved
    },
  }
}
