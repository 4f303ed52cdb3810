/**
 * npm packages exactly as package-lock.json pins them, also those that npm does not install here because they are made for another processor.
 * What was fetched is kept, and is verified against the lock file each time it is used.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory, root } from './places.ts'
import { run } from './run.ts'

interface LockedPackage {
  readonly version: string
  readonly integrity: string
}

/** Unpacks the given members of a package into `target`, without the leading `package/`. */
export function unpackPinned(name: string, members: readonly string[], target: string): void {
  const archive = pinnedArchive(name)
  mkdirSync(target, { recursive: true })
  const paths = members.map((member) => `package/${member}`)
  run('tar', ['-xzf', archive, '-C', target, '--no-same-owner', '--strip-components=1', ...paths])
}

function pinnedArchive(name: string): string {
  const locked = lockedPackage(name)
  const directory = join(cacheDirectory, 'npm')
  const archive = join(directory, `${name}-${locked.version}.tgz`)
  if (!existsSync(archive)) fetchArchive(name, locked.version, directory, archive)
  const [algorithm, expected] = splitIntegrity(locked.integrity)
  const actual = createHash(algorithm).update(readFileSync(archive)).digest('base64')
  if (actual === expected) return archive
  rmSync(archive)
  throw new Error(`${name} ${locked.version} is not what package-lock.json pins (${algorithm} ${actual})`)
}

/** The registry is whatever npm is set up for. */
function fetchArchive(name: string, version: string, directory: string, archive: string): void {
  mkdirSync(directory, { recursive: true })
  const scratch = mkdtempSync(join(directory, 'fetch-'))
  try {
    const pack = ['pack', '--silent', '--pack-destination', scratch, `${name}@${version}`]
    const fileName = run('npm', pack, { capture: true }).trim().split('\n').at(-1)!
    renameSync(join(scratch, fileName), archive)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function lockedPackage(name: string): LockedPackage {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage | undefined>
  }
  const locked = lock.packages[`node_modules/${name}`]
  if (locked === undefined) throw new Error(`package-lock.json does not have ${name}`)
  return locked
}

function splitIntegrity(integrity: string): [string, string] {
  const dash = integrity.indexOf('-')
  return [integrity.slice(0, dash), integrity.slice(dash + 1)]
}
