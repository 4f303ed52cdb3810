/** What the state of one file means to a person: a tone, a word, what is wrong and what to do. Words are keys of texts. */
import type { Files } from '../../src/api/schemas/files.ts'
import type { Tone } from './folder-words.ts'

export type FileRow = Files['files'][number]

const tones: Readonly<Record<FileRow['state'], Tone>> = {
  here: 'ok',
  needed: 'waiting',
  coming: 'busy',
  'not-kept': 'paused',
  'changed-here': 'waiting',
  ignored: 'paused',
  unsynced: 'problem',
}

/** A problem is told before anything else. */
export function fileTone({ state, problem }: Pick<FileRow, 'state' | 'problem'>): Tone {
  return problem === undefined ? tones[state] : 'problem'
}

/** Ends of the keys `file-state-…` and `file-about-…`. */
export function fileState({ state, problem }: Pick<FileRow, 'state' | 'problem'>): string {
  return problem === undefined || state === 'unsynced' ? state : 'problem'
}

/** Whether a person can ask for it before others. */
export function isFetchable({ kind, state }: Pick<FileRow, 'kind' | 'state'>): boolean {
  return kind === 'file' && (state === 'needed' || state === 'coming' || state === 'not-kept')
}

export interface SplitPath {
  readonly name: string
  /** Empty at the top of the folder. */
  readonly directory: string
}

export function splitPath(path: string): SplitPath {
  const at = path.lastIndexOf('/')
  return { name: path.slice(at + 1), directory: path.slice(0, Math.max(0, at)) }
}
