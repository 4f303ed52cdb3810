/** Choosing a directory: where one is, and what a new one would be called. */
export interface Crumb {
  readonly name: string
  readonly path: string
}

/** The way from the allowed root down to a directory. */
export function crumbsOf(path: string, roots: readonly string[]): Crumb[] {
  const root = roots
    .filter((each) => path === each || path.startsWith(withSlash(each)))
    .sort((a, b) => b.length - a.length)[0]
  if (root === undefined) return [{ name: path, path }]
  const names = path
    .slice(root.length)
    .split('/')
    .filter((name) => name !== '')
  return [
    { name: root, path: root },
    ...names.map((name, at) => ({ name, path: withSlash(root) + names.slice(0, at + 1).join('/') })),
  ]
}

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`
}

/** Longer names no disk takes. */
const maxNameBytes = 255

/** What a folder is called elsewhere, as a directory may be called: it comes from a stranger's link. */
export function directoryNameFrom(name: string | undefined): string {
  const plain = (name ?? '')
    .normalize('NFC')
    .replace(/[\p{C}/\\]+/gu, ' ')
    .replace(/^[.\s]+/, '')
    .trim()
  return new TextEncoder().encode(plain).length > maxNameBytes ? '' : plain
}

const obstacles = [
  'folder-exists',
  'folder-nested',
  'directory-unusable',
  'directory-holds-state',
  'directory-holds-own',
  'directory-missing',
  'root-foreign',
] as const

/** The key of the words for why a directory cannot be chosen. */
export function obstacleKey(code: string): string {
  return `obstacle-${obstacles.find((known) => known === code) ?? 'other'}`
}
