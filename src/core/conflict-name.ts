/**
 * Names of conflict copies (E4): made from the losing version alone, so that every device gives the same loser the same name,
 * and never nested: the copy of a conflict copy is named after the original.
 */
import {
  type DirPath,
  maxNameBytes,
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

const suffixPattern = / \(conflict [^()/]* \d{4,6}-\d{2}-\d{2} \d{6}(?: [0-9a-f]{8})?\)$/

/** The path of the copy. `distinction` (8 hex digits of the content) is given when the plain name is taken by other content. */
export function conflictPath(loser: ConflictLoser, distinction = ''): RelPath {
  const { stem, extension } = splitExtension(nameOf(loser.path))
  const suffix = ` (conflict ${deviceLabel(loser.deviceName)} ${timestamp(loser.mtimeNs)}${distinction === '' ? '' : ` ${distinction}`})`
  const kept = shorten(stem.replace(suffixPattern, ''), maxNameBytes - Buffer.byteLength(suffix + extension))
  const parent: DirPath = parentOf(loser.path)
  const path = textToPath(
    `${parent === '' ? '' : `${parent}/`}${`${kept}${suffix}${extension}`.normalize('NFC')}`,
  )
  if (path === undefined) throw new Error(`assertion: no conflict name for ${loser.path}`)
  return path
}

/** The path a conflict copy lies beside; undefined when this is none. */
export function conflictOriginal(path: RelPath): RelPath | undefined {
  const { stem, extension } = splitExtension(nameOf(path))
  if (!suffixPattern.test(stem)) return undefined
  const parent = parentOf(path)
  return textToPath(`${parent === '' ? '' : `${parent}/`}${stem.replace(suffixPattern, '')}${extension}`)
}

/** Device names are free text: what cannot stand in every file name, or would break the pattern, becomes a dash. */
function deviceLabel(name: string): string {
  const label = name
    .normalize('NFC')
    .replace(/[\p{Cc}()/\\:*?"<>|]/gu, '-')
    .trim()
  return label === '' ? 'unknown' : shorten(label, 64)
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
