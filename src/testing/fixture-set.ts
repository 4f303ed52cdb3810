/**
 * Sets of fixtures: what a device of one version leaves on its disks and says to its peers, kept for all later versions. A set is made once by
 * `npm run fixtures -- VERSION` and never again. Owns where they lie, what is in one, and how it is put in place for a test.
 */
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inflateRawSync } from 'node:zlib'
import { runCommand } from './commands.ts'
import type { KeptEntry } from './fixture-life.ts'
import type { WireFixture } from './wire-fixture.ts'

const directory = fileURLToPath(new URL('fixtures', import.meta.url))

/** Where the folder of the device lay when the set was made; `placeDevice` puts another path there. */
export const writtenPath = '/fixture/folder'

export interface FixtureSet {
  readonly version: string
  /** Of a file in it. */
  path(...names: readonly string[]): string
  /** `accountOfSet`, as its own version gave it. */
  expected(): unknown
  /** The directory of the device's folder. */
  entries(): readonly KeptEntry[]
  wire(): WireFixture
}

/** Every set there is. */
export function fixtureSets(): readonly FixtureSet[] {
  return readdirSync(directory).map(openSet)
}

/** It need not be there yet. */
export function openSet(version: string): FixtureSet {
  const path = (...names: readonly string[]) => join(directory, version, ...names)
  const read = (name: string) => JSON.parse(readFileSync(path(name), 'utf8'))
  return {
    ...{ version, path },
    expected: () => read('expected.json'),
    entries: () => read('folder.json'),
    wire: () => read('wire.json'),
  }
}

/** Lays the device of a set out below a directory: its home, and the directory of its folder. */
export async function placeDevice(
  set: FixtureSet,
  root: string,
): Promise<{ readonly home: string; readonly folder: string }> {
  const [home, folder] = [join(root, 'home'), join(root, 'folder')]
  cpSync(set.path('home'), home, { recursive: true })
  const config = join(home, 'config.json')
  writeFileSync(config, readFileSync(config, 'utf8').replaceAll(writtenPath, folder))
  mkdirSync(folder)
  for (const entry of set.entries()) await placeEntry(folder, entry)
  return { home, folder }
}

async function placeEntry(
  folder: string,
  { path, kind, mode, mtimeNs, data, target }: KeptEntry,
): Promise<void> {
  const at = join(folder, path)
  if (kind === 'directory') return void mkdirSync(at)
  if (kind === 'link') return symlinkSync(target!, at)
  if (kind === 'other') return void (await runCommand('mkfifo', at))
  writeFileSync(at, inflateRawSync(Buffer.from(data!, 'base64')))
  chmodSync(at, mode)
  // To the nanosecond, which Node cannot.
  const seconds = mtimeNs.padStart(10, '0').replace(/(\d{9})$/, '.$1')
  await runCommand('touch', '-d', `@${seconds}`, at)
}
