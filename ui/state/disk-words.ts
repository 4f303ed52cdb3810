/** What is said of a disk, and what a person may do with it: whatever destroys is offered only where nothing else helps. Pure. */
import type { DiskBody } from '../../src/api/schemas/disks.ts'
import type { Tone } from './folder-words.ts'

export const deeds = ['eject', 'attach', 'repair', 'prepare', 'erase'] as const
export type Deed = (typeof deeds)[number]

const tones: Readonly<Record<DiskBody['state'], Tone>> = {
  checking: 'busy',
  attached: 'ok',
  blank: 'waiting',
  unusable: 'problem',
  clone: 'waiting',
  ejected: 'paused',
  failed: 'problem',
}

/** The state in a word or two: its colour, and the key of the word. */
export function stateOf({ state, readOnly, doing }: DiskBody): { readonly tone: Tone; readonly key: string } {
  if (doing !== undefined) return { tone: 'busy', key: `disk-doing-${doing}` }
  if (state === 'attached' && readOnly) return { tone: 'waiting', key: 'disk-state-read-only' }
  return { tone: tones[state], key: `disk-state-${state}` }
}

/** Of which there is more to say than of their state. */
const toldReasons: ReadonlySet<DiskBody['reason']> = new Set([
  'encrypted',
  'not-cleanly-removed',
  'check-failed',
  'write-protected',
  'own-directory-obstructed',
  'input-output-error',
])

/** The key of a sentence about it. */
export function aboutOf(disk: DiskBody): string {
  if (disk.doing === 'repair') return 'disk-wait-long'
  if (disk.doing !== undefined || disk.state === 'checking') return 'disk-wait'
  const reason = disk.reason === 'check-too-long' ? 'check-failed' : disk.reason
  return toldReasons.has(reason) ? `disk-reason-${reason}` : `disk-state-${disk.state}-about`
}

/** A1: nothing that was not asked for, and erasing never beside a disk in use. */
export function deedsFor({ state, readOnly, doing, fileSystem }: DiskBody): readonly Deed[] {
  if (doing !== undefined) return []
  switch (state) {
    case 'attached':
      return readOnly ? ['eject', 'repair'] : ['eject']
    case 'ejected':
      return ['attach']
    case 'blank':
      return ['prepare']
    case 'failed':
      return fileSystem === undefined ? ['attach', 'erase'] : ['attach', 'repair', 'erase']
    case 'unusable':
      return ['erase']
    case 'checking':
    case 'clone':
      return []
  }
}

/** What its owner knows it by. */
export function diskTitle({ fileSystem, name }: DiskBody): string {
  return fileSystem?.label ?? name
}

/** Several partitions of one disk are called the same: then the kernel's name tells them apart. */
export function titleAmong(disk: DiskBody, all: readonly DiskBody[]): string {
  const title = diskTitle(disk)
  const isShared = all.some((other) => other.device !== disk.device && diskTitle(other) === title)
  return isShared ? `${title} (${disk.device})` : title
}

/** What such a file system cannot keep; undefined for those that keep everything. */
export function limitOf({ fileSystem }: DiskBody): 'vfat' | 'exfat' | 'ntfs' | undefined {
  return (['vfat', 'exfat', 'ntfs'] as const).find((kind) => fileSystem?.kind.startsWith(kind))
}

/** What is typed before it is erased: the end of a number that is shown whole. */
export function textToErase({ eraseBy, serial, sizeBytes }: DiskBody): {
  readonly whole: string
  readonly typed: string
} {
  const whole = eraseBy === 'serial' ? (serial ?? '') : String(sizeBytes)
  return { whole, typed: whole.slice(-4) }
}

/** How full it is, 0 to 1; undefined where nobody knows. */
export function fullPart({ freeBytes, totalBytes }: DiskBody): number | undefined {
  return freeBytes === undefined || !totalBytes ? undefined : 1 - freeBytes / totalBytes
}
