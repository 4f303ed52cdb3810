/**
 * Names of conflict copies (E4): made from the losing version alone, so that every device gives the same loser the same name,
 * and never nested: the copy of a conflict copy is named after the original.
 */
import type { ContentRoot } from './ids.ts'
import {
  type DirPath,
  joinPath,
  maxNameBytes,
  maxPathBytes,
  nameOf,
  parentOf,
  type RelPath,
  splitExtension,
  textToPath,
} from './path.ts'

export interface ConflictLoser {
  readonly path: RelPath
  readonly deviceName: string
  readonly mtimeNs: bigint
}

/** A copy's name: stem, suffix, extension. Matched as a whole, because a device name may contain dots, too. */
const copyPattern = /^(.+?) \(conflict ([^()/]*) \d{4,6}-\d{2}-\d{2} \d{6}(?: [0-9a-f]{8})?\)(\.[^.]*)?$/su

/** What follows the last dot of a name and is longer than this is no extension, and may be cut like the rest. */
const maxExtensionBytes = 32

/** The path of the copy. `distinction` (8 hex digits of the content) is given when the plain name is taken by other content. */
export function conflictPath(loser: ConflictLoser, distinction = ''): RelPath {
  const { stem, extension } = splitName(originalName(nameOf(loser.path)))
  const suffix = ` (conflict ${deviceLabel(loser.deviceName)} ${timestamp(loser.mtimeNs)}${distinction === '' ? '' : ` ${distinction}`})`
  const kept = shorten(stem, maxNameBytes - Buffer.byteLength(suffix + extension))
  const path = textToPath(joinPath(roomyParentOf(loser.path), `${kept}${suffix}${extension}`))
  if (path === undefined) throw new Error(`assertion: no conflict name for ${loser.path}`)
  return path
}

/** Where a copy of this content may lie, the plain name first: never at the very path it is to make room at. */
export function conflictPaths(loser: ConflictLoser & { readonly root: ContentRoot }): readonly RelPath[] {
  const distinctions = [0, 8, 16].map((at) => loser.root.slice(at, at + 8))
  return ['', ...distinctions]
    .map((distinction) => conflictPath(loser, distinction))
    .filter((path) => path !== loser.path)
}

/** The path a conflict copy lies beside; undefined when this is none. */
export function conflictOriginal(path: RelPath): RelPath | undefined {
  const name = nameOf(path)
  const original = originalName(name)
  return original === name ? undefined : textToPath(joinPath(parentOf(path), original))
}

/** Who wrote a conflict copy, as its name tells it; undefined when this is none. */
export function conflictDevice(path: RelPath): string | undefined {
  return copyPattern.exec(nameOf(path))?.[2]
}

/** A name beside a file, or above it where the path would get too long, that says nothing of a conflict: `name (2).ext`. */
export function numberedPath(path: RelPath, number: number): RelPath {
  const { stem, extension } = splitName(nameOf(path))
  const suffix = ` (${number})${extension}`
  const name = `${shorten(stem, maxNameBytes - Buffer.byteLength(suffix))}${suffix}`
  const numbered = textToPath(joinPath(roomyParentOf(path), name))
  if (numbered === undefined) throw new Error(`assertion: no name beside ${path}`)
  return numbered
}

/** The name without any suffix of a conflict copy. */
function originalName(name: string): string {
  let original = name
  for (let match = copyPattern.exec(original); match !== null; match = copyPattern.exec(original)) {
    original = `${match[1]}${match[3] ?? ''}`
  }
  return original
}

function splitName(name: string): { readonly stem: string; readonly extension: string } {
  const split = splitExtension(name)
  return Buffer.byteLength(split.extension) > maxExtensionBytes ? { stem: name, extension: '' } : split
}

/** The directory the path lies in, or the nearest above it where a name of any length still makes a path. */
function roomyParentOf(path: RelPath): DirPath {
  let parent = parentOf(path)
  while (parent !== '' && Buffer.byteLength(parent) + 1 + maxNameBytes > maxPathBytes)
    parent = parentOf(parent)
  return parent
}

/** Device names are free text: what cannot stand in every file name, or would break the pattern, becomes a dash. */
function deviceLabel(name: string): string {
  const cleaned = name.toWellFormed().replace(/[\p{Cc}()/\\:*?"<>|]/gu, '-')
  const label = shorten(cleaned.normalize('NFC').trim(), 64)
  return label === '' ? 'unknown' : label
}

function timestamp(mtimeNs: bigint): string {
  const iso = new Date(Number(clampToDate(mtimeNs / 1_000_000n))).toISOString()
  return iso.replace(/^([+-]?)(\d+)-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2}).*$/, '$2-$3-$4 $5$6$7')
}

/** The range of `Date`, in milliseconds. */
const maxDateMs = 8_640_000_000_000_000n

function clampToDate(ms: bigint): bigint {
  if (ms > maxDateMs) return maxDateMs
  return ms < -maxDateMs ? -maxDateMs : ms
}

/** Cuts whole characters until the text fits. */
function shorten(text: string, maxBytes: number): string {
  const characters = [...text]
  while (Buffer.byteLength(characters.join('')) > maxBytes && characters.length > 1) characters.pop()
  return characters.join('')
}
