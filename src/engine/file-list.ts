/** The files of a folder as a person sees them in a list: what each is, and whether it is here. Only reads the index, never the disk. */
import type { RelPath } from '../core/path.ts'
import { sameContent, type Version } from '../core/version.ts'
import type { Here, PathState } from '../store/folder-store.ts'
import { isRepairable } from './damage.ts'
import type { FolderContext } from './folder-context.ts'
import { type Page, type PageQuery, takePage } from './pages.ts'
import { type Reason, toReason } from './status.ts'
import type { Transfers } from './transfers.ts'

/** `other` and `unsynced`: nothing is known of it but the problem that keeps it from syncing. */
export interface FileRow {
  readonly path: string
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  readonly sizeBytes: number
  readonly mtimeNs: bigint | undefined
  readonly state: 'here' | 'needed' | 'coming' | 'not-kept' | 'changed-here' | 'ignored' | 'unsynced'
  readonly problem: Reason | undefined
  readonly asked: boolean
}

export interface LocalChange {
  readonly path: string
  readonly change: 'added' | 'edited' | 'deleted'
  /** Of what lies here, or of what was deleted here. */
  readonly sizeBytes: number
}

/** By path. */
export async function listFiles(
  context: FolderContext,
  transfers: Pick<Transfers, 'isActive'>,
  query: PageQuery,
  only: 'needed' | 'problem' | undefined,
): Promise<Page<FileRow>> {
  const { store, clock } = context
  const page = await takePage<{ readonly path: string }>(clock, query, (after, limit) =>
    only === 'problem' ? store.problems(limit, after) : store.pathsAfter(only ?? 'all', after, limit),
  )
  return { ...page, rows: page.rows.map(({ path }) => describe(context, transfers, path)) }
}

/** What is not here as it was agreed, by path: on a read-only device that stays so. */
export async function listLocalChanges(
  { store, clock }: FolderContext,
  query: PageQuery,
): Promise<Page<LocalChange>> {
  const page = await takePage(clock, query, (after, limit) => store.localChanges(limit, after))
  const rows = page.rows.map((state) => {
    const change = changeOf(state) ?? 'edited'
    return { path: state.path, change, sizeBytes: sizeOf(state.here ?? state.agreed) }
  })
  return { ...page, rows }
}

function describe(context: FolderContext, transfers: Pick<Transfers, 'isActive'>, path: string): FileRow {
  const { store } = context
  const found = store.problem(path)
  const problem = found && toReason(found)
  const known = store.state(path as RelPath)
  const winner = known?.winner?.kind === 'deleted' ? undefined : known?.winner
  const state = known && stateOf(context, transfers, known, winner)
  const isHere = state === 'here' || state === 'changed-here'
  const shown = (isHere ? known?.here : undefined) ?? winner ?? known?.here
  if (known === undefined || state === undefined || shown === undefined || shown.kind === 'deleted') {
    return {
      ...{ path, kind: 'other', sizeBytes: 0, mtimeNs: undefined },
      ...{ state: 'unsynced', problem, asked: false },
    }
  }
  const { kind, mtimeNs } = shown
  return { path, kind, sizeBytes: sizeOf(shown), mtimeNs, state, problem, asked: known.asked }
}

/** `winner`: what the folder has there, if it has something. */
function stateOf(
  { role }: FolderContext,
  transfers: Pick<Transfers, 'isActive'>,
  state: PathState,
  winner: Version | undefined,
): FileRow['state'] {
  if (state.ignored) return 'ignored'
  if (state.unkept && state.here === undefined) return 'not-kept'
  const isNews = state.winner !== undefined && state.winner.id !== state.agreed?.id
  const isNeeded = !state.unkept && (isNews || isRepairable(state))
  if (isNeeded) return winner?.kind === 'file' && transfers.isActive(winner.root) ? 'coming' : 'needed'
  return role === 'read-only' && changeOf(state) !== undefined ? 'changed-here' : 'here'
}

/** What a disk says of a directory is nothing a person wants to know. */
function sizeOf(shown: (Pick<Here, 'sizeBytes'> & { readonly kind: string }) | undefined): number {
  return shown === undefined || shown.kind === 'directory' ? 0 : shown.sizeBytes
}

function changeOf({ here, agreed }: PathState): LocalChange['change'] | undefined {
  const before = agreed?.kind === 'deleted' ? undefined : agreed
  if (here === undefined) return before && 'deleted'
  if (before === undefined) return 'added'
  return sameContent(here, before) ? undefined : 'edited'
}
