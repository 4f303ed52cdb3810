/** What a folder's state means to a person: a tone, a word for it, and what is missing and why. Words are keys of texts. */
import type { Reason } from '../../src/api/schemas/basics.ts'
import type { FolderStatusBody } from '../../src/api/schemas/status.ts'

/** A colour never stands alone: each tone has an icon, and each state a word. */
export type Tone = 'ok' | 'busy' | 'paused' | 'waiting' | 'problem'

/** A text by its key, with what fills it. */
export interface Words {
  readonly key: string
  readonly args?: Readonly<Record<string, string | number>>
}

export interface FolderWords {
  readonly tone: Tone
  readonly state: Words
  /** What is missing and why; none where everything is here. */
  readonly why?: Words
  /** Why nothing goes on until somebody does something. */
  readonly halt?: Reason
}

type Folder = Pick<FolderStatusBody, 'state' | 'halt' | 'obstacle' | 'needFiles' | 'needBytes' | 'peers'>

export function describeFolder(folder: Folder): FolderWords {
  const { state, halt, obstacle, needFiles, needBytes, peers } = folder
  const missing = { files: needFiles, bytes: needBytes }
  const stop = halt ?? (peers.length === 0 ? obstacle : undefined)
  switch (state) {
    case 'paused':
      return { tone: 'paused', state: { key: 'state-paused' }, why: { key: 'why-paused' } }
    case 'halted':
    case 'refused':
      return {
        tone: 'problem',
        state: { key: `state-${state}` },
        ...(stop === undefined ? {} : { halt: stop }),
      }
    case 'joining':
      return {
        tone: 'waiting',
        state: { key: 'state-joining' },
        why: { key: 'why-joining' },
        ...(stop === undefined ? {} : { halt: stop }),
      }
    case 'scanning':
      return { tone: 'busy', state: { key: 'state-scanning' }, why: { key: 'why-scanning' } }
    case 'syncing':
      if (stop !== undefined)
        return {
          tone: 'waiting',
          state: { key: 'state-waiting' },
          why: { key: 'why-missing', args: missing },
          halt: stop,
        }
      return peers.length === 0
        ? {
            tone: 'waiting',
            state: { key: 'state-waiting' },
            why: { key: 'why-missing-no-peer', args: missing },
          }
        : { tone: 'busy', state: { key: 'state-syncing' }, why: { key: 'why-missing', args: missing } }
    case 'up-to-date':
      return restingWords(folder, stop)
  }
}

function restingWords({ peers }: Folder, stop: Reason | undefined): FolderWords {
  if (stop !== undefined) return { tone: 'waiting', state: { key: 'state-alone' }, halt: stop }
  const behind = peers.filter(({ needFiles }) => needFiles > 0).length
  if (behind > 0)
    return {
      tone: 'busy',
      state: { key: 'state-sending' },
      why: { key: 'why-sending', args: { peers: behind } },
    }
  if (peers.length === 0) return { tone: 'waiting', state: { key: 'state-alone' }, why: { key: 'why-alone' } }
  return { tone: 'ok', state: { key: 'state-up-to-date' } }
}

/** What a folder is called: the name of its directory. */
export function folderName(path: string): string {
  return path.split('/').findLast((part) => part !== '') ?? path
}

/** What has still to come; of files that are on their way, without what is here of them. */
export function stillToCome(
  { needBytes }: { readonly needBytes: number },
  transfers: readonly { readonly haveBytes: number }[],
): number {
  return Math.max(0, needBytes - transfers.reduce((sum, { haveBytes }) => sum + haveBytes, 0))
}

/** How far a folder is, from 0 to 1. */
export function progressOf({
  bytes,
  needBytes,
}: {
  readonly bytes: number
  readonly needBytes: number
}): number {
  if (needBytes <= 0) return 1
  return Math.max(0, Math.min(1, 1 - needBytes / Math.max(bytes, needBytes)))
}

const tonesByUrgency: readonly Tone[] = ['problem', 'busy', 'waiting', 'paused', 'ok']

/** What all folders together look like: the most urgent of them. */
export function overallTone(folders: readonly Folder[]): Tone {
  const tones = new Set(folders.map((folder) => describeFolder(folder).tone))
  return tonesByUrgency.find((tone) => tones.has(tone)) ?? 'ok'
}
