/**
 * All that a folder's database can be asked, as one account of plain JSON: two databases that say the same give the same account, whatever
 * schema they are of. Asked through the interface only, so that a later schema answers the same questions.
 */
import { createHash } from 'node:crypto'
import type { ContentRoot, DeviceId, FolderId, RecordId } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import type { Version } from '../core/version.ts'
import type { FolderStore, KeptHistoryRow } from '../store/folder-store.ts'

/** What nothing in the interface lists. */
export const plainFacts = [
  'epoch',
  'deviceEpoch',
  'lease',
  'nextLease',
  'leaseKey',
  'diskId',
  'rootDevice',
  'folderId',
  'ignore',
]
/** Longer bytes are told by their hash. */
const maxShownBytes = 32
const plenty = 1_000_000
/** After every time to retry of a fixture. */
const lateMs = Number.MAX_SAFE_INTEGER

export interface Asked {
  /** Folders it was before its secret was changed. */
  readonly former?: readonly FolderId[]
  /** Devices that may be known by their cursor alone. */
  readonly devices?: readonly DeviceId[]
}

export function accountOf(store: FolderStore, { former = [], devices = [] }: Asked = {}): unknown {
  const index = store.indexAfter(0, plenty)
  const paths = [
    ...new Set([
      ...store.pathsAfter('all', '', plenty).map(({ path }) => path),
      ...index.map(({ record }) => record.version.path),
      ...store.hereBelow('', undefined, plenty),
      ...store.pathsOfPlacings(),
      ...store.unsaid(plenty),
    ]),
  ].sort()
  const versions = paths.flatMap((path) => versionsAt(store, path))
  const roots = [...new Set(versions.map(({ root }) => root))].filter((root) => root !== '').sort()
  const writers = [...new Set(versions.flatMap(({ vector }) => [...vector.keys()]))].sort()
  const ids = [...new Set(versions.map(({ id }) => id))].sort()
  const known = [
    ...new Set([
      ...devices,
      ...store.peers().map(({ device }) => device),
      ...store.newcomers().map(({ device }) => device),
    ]),
  ].sort()
  return toPlain({
    indexId: store.indexId(),
    facts: byKey([...plainFacts, 'order'], (name) => store.fact(name)),
    counters: byKey(writers, (writer) => store.counterOf(writer)),
    index,
    lastSequence: store.lastSequence(),
    records: byKey(ids, (id: RecordId) => store.record(id)),
    paths: byKey(paths, (path) => pathAccount(store, path)),
    ...{ all: store.pathsAfter('all', '', plenty), needed: store.pathsAfter('needed', '', plenty) },
    ...{ counts: store.counts(), filesHere: store.filesHere(), needs: store.needs(0, plenty) },
    needsLater: store.needs(lateMs, plenty),
    conflictCopies: store.conflictCopies(plenty),
    localChanges: store.localChanges(plenty),
    ...{ pendingDeletions: store.deletionsPending(plenty), pendingLosses: store.pendingLosses() },
    unsaid: store.unsaid(plenty),
    contents: byKey(roots, (root) => contentAccount(store, root)),
    invites: store.invites(),
    ...{ statements: store.statementsAfter(0, plenty), ownStatements: store.ownStatements() },
    certificates: store.roster().certificates,
    rotations: byKey(former, (id) => store.rotationsFrom(id)),
    ...{ awaited: store.awaited(), newcomers: store.newcomers(), peers: store.peers() },
    cursors: byKey(known, (device) => store.cursor(device)),
    problems: store.problems(plenty),
    history: store.history(plenty).map((row: KeptHistoryRow) => row),
  })
}

function versionsAt(store: FolderStore, path: RelPath): Version[] {
  const state = store.state(path)
  return [
    ...store.versionsOf(path),
    ...store.placingsOf(path),
    ...[state?.winner, state?.agreed, store.predecessor(path)].filter((version) => version !== undefined),
  ]
}

function pathAccount(store: FolderStore, path: RelPath): unknown {
  return {
    ...store.state(path),
    versions: [...store.versionsOf(path)].sort((one, other) => (one.id < other.id ? -1 : 1)),
    placings: store.placingsOf(path),
    predecessor: store.predecessor(path),
    hasHereBelow: store.hasHereBelow(path),
    hasLiveBelow: store.hasLiveBelow(path),
    hasDeletionsBelow: store.hasDeletionsBelow(path),
  }
}

function contentAccount(store: FolderStore, root: ContentRoot): unknown {
  return {
    blocks: store.blocks(root),
    here: store.hereWithRoot(root),
    losers: store
      .losersWithRoot(root)
      .map(({ id }) => id)
      .sort(),
    isNeeded: store.isContentNeeded(root),
    needsRoot: store.needsRoot(root, lateMs),
  }
}

function byKey<K extends string>(keys: readonly K[], tell: (key: K) => unknown): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, tell(key)]))
}

/** As it comes back from a file of JSON. */
export function toPlain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, key: string) {
      // A Buffer would already have turned itself into something else.
      const raw = this[key]
      if (typeof raw === 'bigint') return String(raw)
      if (raw instanceof Map) return Object.fromEntries(raw)
      if (raw instanceof Set) return [...raw]
      if (raw instanceof Uint8Array) return bytesToText(raw)
      return raw
    }),
  )
}

function bytesToText(bytes: Uint8Array): string {
  if (bytes.length <= maxShownBytes) return Buffer.from(bytes).toString('hex')
  return `${bytes.length} bytes ${createHash('sha256').update(bytes).digest('hex')}`
}
