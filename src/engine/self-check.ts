/**
 * Answers in one place why a folder is not in sync: path by path what is missing and for what it waits, what peers lack, what is left out on
 * purpose, and whether the database agrees with itself. Changes nothing, but for setting aside a database that does not.
 */
import { type ErrorCode, SyncError } from '../core/errors.ts'
import type { DeviceId } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import type { ProblemRow } from '../store/folder-store.ts'
import { createBreather } from './breather.ts'
import type { FolderContext } from './folder-context.ts'
import { inspectPart } from './inspect.ts'
import { type Reason, toReason } from './status.ts'
import type { Swarm } from './swarm.ts'
import type { Transfers } from './transfers.ts'

/** Paths named; the others are counted. */
const maxGaps = 100

/** Why a path is not as the folder has it, or is not sent. */
export type GapKind =
  /** The disk has damaged what lies here. */
  | 'damaged'
  /** No peer that is connected has it. */
  | 'no-peer'
  /** On its way. */
  | 'coming'
  /** It waits for its turn. */
  | 'waiting'
  /** It is about to be deleted here. */
  | 'deleting'
  | 'problem'

export interface Gap {
  readonly path: string
  readonly kind: GapKind
  /** What to say besides. */
  readonly problem?: Reason
}

export interface FolderCheck {
  readonly gaps: readonly Gap[]
  /** Needed paths, the named ones included. */
  readonly needFiles: number
  /** At least so many of them are not named. */
  readonly unnamed: number
  /** Connected peers that lack something this device may have. */
  readonly lackingPeers: readonly {
    readonly id: DeviceId
    readonly name: string
    readonly needFiles: number
    readonly needBytes: number
  }[]
  /** Files of the folder that are ignored here. */
  readonly ignored: number
  /** What is wrong with the database, for a log; it was set aside then, and is made anew from the folder. */
  readonly databaseFaults: readonly string[]
}

const kindsByCode: Partial<Record<ErrorCode, GapKind>> = {
  'file-damaged': 'damaged',
  'own-file-damaged': 'damaged',
  'no-peer-has-it': 'no-peer',
}

/** Nothing else may change the folder meanwhile. */
export async function checkFolder(
  context: FolderContext,
  swarm: Swarm,
  transfers: Pick<Transfers, 'isActive' | 'canGet'>,
): Promise<FolderCheck> {
  const { store } = context
  const gaps = gapsOf(context, transfers)
  const { needFiles } = store.counts()
  const found = {
    ...{ gaps, needFiles, unnamed: Math.max(0, needFiles - gaps.length) },
    lackingPeers: swarm
      .openSessions()
      .map((session) => session.status())
      .filter(({ needFiles }) => needFiles > 0)
      .map(({ id, name, needFiles, needBytes }) => ({ id, name, needFiles, needBytes })),
    ignored: store.countIgnored(),
  }
  const databaseFaults = await inspect(context)
  // From here on every question to it throws, which is how the folder finds out.
  if (databaseFaults.length > 0) store.setAside(databaseFaults.join('; '))
  return { ...found, databaseFaults }
}

async function inspect({ store, clock, isClosing }: FolderContext): Promise<readonly string[]> {
  const breathe = createBreather(clock)
  for (let after = ''; ; ) {
    const part = inspectPart(store, after)
    if (part.after === undefined || part.faults.length > 0) return part.faults
    after = part.after
    await breathe()
    if (isClosing()) throw new SyncError('closing')
  }
}

function gapsOf(
  { store }: FolderContext,
  { isActive, canGet }: Pick<Transfers, 'isActive' | 'canGet'>,
): readonly Gap[] {
  const problems = store.problems(maxGaps)
  const named = new Set(problems.map(({ path }) => path))
  const needed = store
    .pathsAfter('needed', '', maxGaps)
    .map(({ path }) => path)
    .filter((path) => !named.has(path))
  function gapAt(path: RelPath): Gap {
    const { winner, here } = store.state(path) ?? {}
    const problem = store.problem(path)
    if (problem !== undefined) return problemGap(problem)
    if (here?.damage !== undefined) return { path, kind: 'damaged' }
    if (winner === undefined || winner.kind === 'deleted') return { path, kind: 'deleting' }
    if (winner.kind !== 'file') return { path, kind: 'waiting' }
    if (isActive(winner.root)) return { path, kind: 'coming' }
    return { path, kind: canGet(winner) ? 'waiting' : 'no-peer' }
  }
  return [...problems.map(problemGap), ...needed.map(gapAt)].slice(0, maxGaps)
}

function problemGap(problem: ProblemRow): Gap {
  return { path: problem.path, kind: kindsByCode[problem.code] ?? 'problem', problem: toReason(problem) }
}
