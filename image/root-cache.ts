/**
 * Roots that stages have made, kept by a hash of everything they were made of: the files of the stage, those of the stages before, the configuration they
 * read, and the state of the Debian release. A root is there whole or not at all.
 */
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { cacheDirectory } from './places.ts'

const directory = join(cacheDirectory, 'roots')

/** The key of what a stage makes of a root with the key `previous`. */
export function keyOf(stage: string, previous: string): string {
  const hash = createHash('sha256').update(previous)
  const names = readdirSync(stage, { recursive: true, encoding: 'utf8' }).sort()
  for (const name of names) {
    const stat = lstatSync(join(stage, name))
    hash.update(`\0${name}\0${stat.mode}\0`)
    if (stat.isFile()) hash.update(readFileSync(join(stage, name)))
  }
  return hash.digest('hex').slice(0, 16)
}

/** The work directory of a stage, made by `make` where it is not there yet. Older ones of the same stage are thrown away. */
export function cachedStage(stage: string, key: string, make: (workDirectory: string) => void): string {
  const prefix = `${basename(stage)}-`
  const wanted = join(directory, `${prefix}${key}`)
  if (!existsSync(wanted)) {
    const begun = `${wanted}.begun`
    rmSync(begun, { recursive: true, force: true })
    mkdirSync(directory, { recursive: true })
    make(begun)
    renameSync(begun, wanted)
  }
  for (const name of readdirSync(directory)) {
    const isOlder =
      name.startsWith(prefix) && /^[0-9a-f]{16}$/.test(name.slice(prefix.length)) && !name.endsWith(key)
    if (isOlder) rmSync(join(directory, name), { recursive: true, force: true })
  }
  return wanted
}
