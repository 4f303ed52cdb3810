/** What a person wants to know of one folder at a glance, worked out from what the device tells of it. Pure. */
import type { FolderStatusBody } from '../../src/api/schemas/status.ts'
import { compareNames } from './members.ts'

type Folder = FolderStatusBody
type Peer = Folder['peers'][number]

/** What can be wrong with a path and is told with what to do; anything else is told in the device's own words. */
export const problemKinds = [
  'changing',
  'changed-since-plan',
  'unreadable',
  'not-writable',
  'name-not-utf8',
  'name-unusable',
  'name-not-possible-here',
  'name-collides',
  'kind-unsupported',
  'kind-not-possible-here',
  'link-unusable',
  'too-large-here',
  'history-full',
  'no-peer-has-it',
  'file-damaged',
  'own-file-damaged',
  'obstructed',
  'io-error',
] as const
type KnownProblem = (typeof problemKinds)[number]
export type ProblemKind = KnownProblem | 'other'

export function isKnownProblem(code: string): code is KnownProblem {
  return problemKinds.some((kind) => kind === code)
}

export interface ProblemGroup {
  readonly kind: ProblemKind
  readonly problems: Folder['problems']
}

/** Problems of the same kind together, the most frequent first. */
export function groupProblems(problems: Folder['problems']): readonly ProblemGroup[] {
  const groups = new Map<ProblemKind, Folder['problems']>()
  for (const problem of problems) {
    const kind = isKnownProblem(problem.code) ? problem.code : 'other'
    const group = groups.get(kind)
    if (group === undefined) groups.set(kind, [problem])
    else group.push(problem)
  }
  return [...groups]
    .map(([kind, found]) => ({ kind, problems: found }))
    .sort((a, b) => b.problems.length - a.problems.length)
}

/** How long it takes at this speed, in seconds; undefined where nothing moves, or nobody would wait that long. */
export function timeLeft(bytes: number, bytesPerSecond: number): number | undefined {
  const seconds = bytes / bytesPerSecond
  return bytes > 0 && seconds < longestWait ? seconds : undefined
}

/** Thirty days: further ahead a guess says nothing. */
const longestWait = 30 * 86_400

/** Those that lack something first, then by name, so that rows keep their places while numbers change. */
export function sortPeers(peers: readonly Peer[]): readonly Peer[] {
  return peers.toSorted((a, b) => Number(lacks(b)) - Number(lacks(a)) || compareNames(a, b))
}

function lacks({ needFiles }: Peer): boolean {
  return needFiles > 0
}
