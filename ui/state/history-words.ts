/** What happened, as rows of a list: a heading for each day of the reader, and for each thing that was done a sentence. Keys of texts. */
import type { History } from '../../src/api/schemas/history.ts'
import type { Tone, Words } from './folder-words.ts'
import { isExplainedHalt } from './halt-words.ts'

export type HistoryRow = History['history'][number]

/** What is written down; see `HistoryRow` of the store. In the order a person looks for them. */
export const historyActions = [
  'received',
  'repaired',
  'changed',
  'moved',
  'deleted',
  'conflict',
  'restored',
  'not-kept',
  'halted',
  'resumed',
] as const
export type HistoryAction = (typeof historyActions)[number]

export type HistoryItem =
  | { readonly kind: 'day'; readonly ms: number }
  | { readonly kind: 'row'; readonly row: HistoryRow }

/** Rows come newest first. */
export function withDays(rows: readonly HistoryRow[]): readonly HistoryItem[] {
  let before: number | undefined
  return rows.flatMap((row): HistoryItem[] => {
    const day = new Date(row.at).setHours(0, 0, 0, 0)
    const isOther = day !== before
    before = day
    return [...(isOther ? [{ kind: 'day' as const, ms: day }] : []), { kind: 'row', row }]
  })
}

/** What was done, by whom: on this device it says so, elsewhere it names the device. */
export function describeHistory({ action, path, device }: HistoryRow, ownName: string | undefined): Words {
  switch (action) {
    case 'changed':
    case 'moved':
    case 'deleted':
      return device === ownName
        ? { key: `history-${action}-here` }
        : { key: `history-${action}-there`, args: { device } }
    case 'received':
    case 'conflict':
      return { key: `history-${action}`, args: { device } }
    case 'halted':
      return { key: isExplainedHalt(path) ? `history-halted-${path}` : 'history-halted' }
    case 'restored':
    case 'repaired':
    case 'not-kept':
    case 'resumed':
      return { key: `history-${action}` }
    default:
      return { key: 'history-other', args: { action } }
  }
}

export function toneOf(action: string): Tone {
  switch (action) {
    case 'conflict':
    case 'halted':
      return 'problem'
    case 'deleted':
    case 'not-kept':
      return 'paused'
    case 'received':
    case 'repaired':
    case 'resumed':
      return 'ok'
    default:
      return 'busy'
  }
}

/** Of a stop, its reason: the error code stands where a path does otherwise. */
export function haltCode({ action, path }: HistoryRow): string | undefined {
  return action === 'halted' ? path : undefined
}

/** How many rows are newer than the first one shown; all of them where that is not among them any more. */
export function countNew(latest: readonly HistoryRow[], first: HistoryRow | undefined): number {
  if (first === undefined) return latest.length
  const at = latest.findIndex((row) => isSame(row, first))
  return at < 0 ? latest.length : at
}

function isSame(one: HistoryRow, other: HistoryRow): boolean {
  return (
    one.at === other.at &&
    one.folder === other.folder &&
    one.path === other.path &&
    one.action === other.action &&
    one.device === other.device
  )
}
