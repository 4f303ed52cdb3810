/**
 * The paths records speak of: relative to the folder, NFC, separated by `/`. Only this module makes a `RelPath`,
 * so whoever holds one holds a path that cannot leave the folder or touch its hidden directory (I8).
 */

declare const brand: unique symbol
/** A checked path inside a folder. */
export type RelPath = string & { readonly [brand]: 'RelPath' }
/** The folder itself (`''`) or a path in it. */
export type DirPath = RelPath | ''

/** The folder's own directory for identity, staging and archive. It never syncs. */
export const hiddenDirectory = '.sync'

/** PATH_MAX of Linux, less room for the folder's own place. */
export const maxPathBytes = 3072
/** NAME_MAX of every common file system. */
export const maxNameBytes = 255
/** Deeper trees exhaust file handles while walking. */
export const maxPathDepth = 128

/** Why a text cannot be a path, in words; undefined when it can. The text must be NFC already. */
export function pathFault(text: string): string | undefined {
  if (text === '') return 'it is empty'
  if (!text.isWellFormed()) return 'it is not valid Unicode'
  if (text.includes('\0')) return 'it contains a NUL character'
  if (text.normalize('NFC') !== text) return 'it is not in NFC'
  if (Buffer.byteLength(text) > maxPathBytes) return `it is longer than ${maxPathBytes} bytes`
  const names = text.split('/')
  if (names.length > maxPathDepth) return `it is deeper than ${maxPathDepth} directories`
  for (const name of names) {
    if (name === '') return 'it has an empty part'
    if (name === '.' || name === '..') return `it contains "${name}"`
    if (Buffer.byteLength(name) > maxNameBytes) return `a name in it is longer than ${maxNameBytes} bytes`
  }
  if (isHiddenName(names[0]!)) return `"${hiddenDirectory}" is reserved`
  return undefined
}

/** The short names FAT may give the hidden directory: it is found by them, too. */
const hiddenShortName = /^sync~\d$/

/**
 * Whether a name at the top of a folder is the hidden directory on any file system: those blind to case, those that overlook invisible
 * characters, and FAT, which drops trailing dots and knows a second, short name.
 */
export function isHiddenName(name: string): boolean {
  const visible = name.replace(/\p{Default_Ignorable_Code_Point}/gu, '')
  const plain = visible
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[. ]+$/, '')
  return plain === hiddenDirectory || hiddenShortName.test(plain)
}

/** A text from a peer to a path; undefined when it is not one exactly as it stands. */
export function textToPath(text: string): RelPath | undefined {
  return pathFault(text) === undefined ? (text as RelPath) : undefined
}

/** A name found on disk, in any normal form, below a directory, to the path records use for it. */
export function childPath(parent: DirPath, diskName: string): RelPath | undefined {
  const name = diskName.normalize('NFC')
  return textToPath(joinPath(parent, name))
}

/** The text of a name in a directory, `''` being the folder itself. Checks nothing. */
export function joinPath(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`
}

export function parentOf(path: RelPath): DirPath {
  const slash = path.lastIndexOf('/')
  return (slash < 0 ? '' : path.slice(0, slash)) as DirPath
}

export function nameOf(path: RelPath): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Every directory a path lies in, the outermost first, the folder itself not included. */
export function ancestorsOf(path: RelPath): RelPath[] {
  const ancestors: RelPath[] = []
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    ancestors.push(path.slice(0, slash) as RelPath)
  }
  return ancestors
}

export function isInside(path: RelPath, directory: DirPath): boolean {
  return directory === '' || path.startsWith(`${directory}/`)
}

/** Byte order of UTF-8: the same on every device whatever its locale. A directory sorts before what is in it. */
export function comparePaths(a: RelPath, b: RelPath): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** Name and extension, the extension with its dot; `.bashrc` and `README` have none. */
export function splitExtension(name: string): { readonly stem: string; readonly extension: string } {
  const dot = name.lastIndexOf('.')
  return dot <= 0 ? { stem: name, extension: '' } : { stem: name.slice(0, dot), extension: name.slice(dot) }
}
