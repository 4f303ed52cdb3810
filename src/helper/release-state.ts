/**
 * Which releases there are and which of them is run, as the files say that `launch` reads, too. The helper alone writes them; anybody may look.
 *   current   a link to the directory of the chosen release; none for the packaged one
 *   trial     `VERSION TRIES BEFORE`: that release has so many starts left to prove itself in the place of BEFORE
 *   before    `VERSION`: what to roll back to
 *   failed    `VERSION`: the last one that did not prove itself
 * BEFORE is a version, or `packaged`.
 */
import { access, constants, readFile, readlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { compareVersions, isVersion } from './release-bundle.ts'

export interface ReleasePlaces {
  /** The release of the package; read-only. */
  readonly packaged: string
  readonly releases: string
  /** Where the daemon puts what was uploaded; it is the daemon's. */
  readonly updates: string
  /** In memory: gone at each start of the machine. */
  readonly run: string
}

export function releasePlaces(root = '/'): ReleasePlaces {
  return {
    packaged: join(root, 'usr/lib/berrysync'),
    releases: join(root, 'var/lib/berrysync/releases'),
    updates: join(root, 'var/lib/berrysync/home/updates'),
    run: join(root, 'run/berrysync'),
  }
}

export const packagedName = 'packaged'
/** Starts a release has to prove itself. */
export const trialTries = 3

export interface Trial {
  readonly version: string
  readonly tries: number
  /** A version, or `packaged`. */
  readonly before: string
}

export interface ReleaseState {
  readonly packaged: string
  /** What `launch` runs. */
  readonly chosen: string
  readonly trial: Trial | undefined
  /** What rolling back leads to; undefined where there is nothing. */
  readonly before: string | undefined
  readonly failed: string | undefined
}

/** Undefined where the machine has no packaged release. */
export async function readReleases(places: ReleasePlaces): Promise<ReleaseState | undefined> {
  const packaged = await readWord(join(places.packaged, 'version'))
  if (packaged === undefined || !isVersion(packaged)) return undefined
  const link = await linkOf(places)
  const hasFallenBack = await isThere(join(places.run, 'packaged-only'))
  const isChosen = link !== undefined && !hasFallenBack && compareVersions(link, packaged) > 0
  const chosen = isChosen ? link : packaged
  const trial = await readTrial(places)
  const before = await readWord(join(places.releases, 'before'))
  const failed = await readWord(join(places.releases, 'failed'))
  return {
    packaged,
    chosen,
    trial: trial?.version === chosen ? trial : undefined,
    before: isChosen ? await versionBefore(places, before, packaged) : undefined,
    failed:
      failed !== undefined && isVersion(failed) && compareVersions(failed, chosen) > 0 ? failed : undefined,
  }
}

async function versionBefore(places: ReleasePlaces, before: string | undefined, packaged: string) {
  if (before === undefined || !isVersion(before) || compareVersions(before, packaged) <= 0) return packaged
  return (await isThere(join(places.releases, before, 'berrysync.mjs'))) ? before : packaged
}

/** The version that `current` leads to. */
export async function linkOf({ releases }: ReleasePlaces): Promise<string | undefined> {
  const target = await readlink(join(releases, 'current')).catch(() => undefined)
  return target !== undefined && basename(target) === target && isVersion(target) ? target : undefined
}

/** Undefined also where it makes no sense. */
export async function readTrial({ releases }: ReleasePlaces): Promise<Trial | undefined> {
  const text = await readFile(join(releases, 'trial'), 'utf8').catch(() => '')
  const [, version, tries, before] = /^(\S+) ([0-9]) (\S+)\n$/.exec(text) ?? []
  if (version === undefined || before === undefined || !isVersion(version)) return undefined
  return before === packagedName || isVersion(before) ? { version, tries: Number(tries), before } : undefined
}

async function readWord(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  return text?.trim()
}

async function isThere(file: string): Promise<boolean> {
  return access(file, constants.F_OK).then(
    () => true,
    () => false,
  )
}
