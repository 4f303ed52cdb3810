/**
 * Takes a release, puts it on trial, keeps it, or goes back to the one before (A9). Every step leaves a state in which `launch` finds a release
 * that works: what is new gets its name last, and `current` changes by one rename.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { SyncError } from '../core/errors.ts'
import { tryExclusiveLock } from '../store/exclusive-lock.ts'
import { openBundle, readTrustedKeys } from './open-bundle.ts'
import { architectureOf, isVersion, judgeManifest } from './release-bundle.ts'
import { demandRoom, lackOfRoom } from './release-room.ts'
import {
  linkOf,
  packagedName,
  type ReleasePlaces,
  type ReleaseState,
  readReleases,
  readTrial,
  trialTries,
} from './release-state.ts'
import { nameRelease, syncDirectory, unpackRelease } from './unpack-release.ts'

/** The state of the device lies on the same file system and must not run out of room. */
const reserveBytes = 64 * 1024 ** 2
/** Checking is reading; unpacking is also writing, to a slow card. */
const checkShare = 0.2

/** Verifies and unpacks `updates/FILE` and puts it on trial; the next start of the daemon runs it. Throws the codes `release-…`, `not-found` and `io-error`. */
export async function installRelease(
  places: ReleasePlaces,
  file: string,
  progress: (done: number) => void,
  nodeArch: string = process.arch,
): Promise<{ readonly version: string }> {
  const { releases } = places
  return exclusively(places, async (state) => {
    if (state.trial !== undefined) throw new SyncError('release-on-trial', { version: state.trial.version })
    await using bundle = await openBundle(places.updates, file, await readTrustedKeys(places.packaged))
    const { manifest } = bundle
    const { version } = manifest
    judgeManifest(manifest, state.chosen, architectureOf(nodeArch))
    await bundle.check((done) => progress(done * checkShare))
    await sweep(places, state)
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0)
    const needed = { bytes, reserveBytes, version }
    await demandRoom(releases, needed)
    const partial = join(releases, `${version}.partial-${randomBytes(6).toString('hex')}`)
    try {
      await unpackRelease(bundle, partial, (done) => progress(checkShare + done * (1 - checkShare)))
      await takeAway(releases, version)
      await nameRelease(partial, releases, version)
    } catch (error) {
      await rm(partial, { recursive: true, force: true })
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw await lackOfRoom(releases, needed)
      throw error
    }
    const before = state.chosen === state.packaged ? packagedName : state.chosen
    await writeWord(releases, 'trial', `${version} ${trialTries} ${before}`)
    await choose(places, version)
    return { version }
  })
}

/** The release on trial has proven itself; for any other that works nothing changes but that its starts are counted anew. */
export async function keepRelease(places: ReleasePlaces): Promise<void> {
  await exclusively(places, async (state) => {
    await rm(join(places.run, 'starts'), { force: true })
    if (state.trial === undefined) return
    await writeWord(places.releases, 'before', state.trial.before)
    await rm(join(places.releases, 'failed'), { force: true })
    await rm(join(places.releases, 'trial'), { force: true })
    await syncDirectory(places.releases)
    await sweep(places, { ...state, trial: undefined, before: state.trial.before })
  })
}

/** Back to the release before, at the next start of the daemon. Throws `release-none-before`. */
export async function rollBack(places: ReleasePlaces): Promise<{ readonly version: string }> {
  return exclusively(places, async (state) => {
    if (state.chosen === state.packaged) throw new SyncError('release-none-before')
    const wanted = state.trial?.before ?? state.before
    const before = wanted === undefined || wanted === packagedName ? state.packaged : wanted
    await choose(places, before === state.packaged ? undefined : before)
    await rm(join(places.releases, 'trial'), { force: true })
    // From there only the packaged one lies before.
    await rm(join(places.releases, 'before'), { force: true })
    await syncDirectory(places.releases)
    return { version: before }
  })
}

/** What is left of installations that were broken off, and releases nobody can go back to. `settle` calls it at each start. */
export async function sweepReleases(places: ReleasePlaces): Promise<void> {
  await exclusively(places, (state) => sweep(places, state))
}

/** One at a time; the system drops the lock with the process. Throws `not-found` where there are no releases. */
async function exclusively<T>(places: ReleasePlaces, act: (state: ReleaseState) => Promise<T>): Promise<T> {
  try {
    await mkdir(places.releases, { recursive: true, mode: 0o755 })
    using lock = tryExclusiveLock(join(places.releases, '.lock'))
    if (lock === undefined) throw new SyncError('release-busy')
    const state = await readReleases(places)
    if (state === undefined) throw new SyncError('not-found', { what: 'The packaged release' })
    return await act(state)
  } catch (error) {
    if (error instanceof SyncError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new SyncError('io-error', { path: places.releases, reason: message }, { cause: error })
  }
}

/** Keeps what is chosen, on trial or before that; everything else that looks like a release goes. */
async function sweep(places: ReleasePlaces, state: ReleaseState): Promise<void> {
  const { releases } = places
  // As the link says, also where this start fell back to the packaged one.
  const kept = new Set([
    state.chosen,
    state.before,
    state.trial?.before,
    await linkOf(places),
    (await readTrial(places))?.before,
  ])
  for (const name of await readdir(releases)) {
    const isOld = isVersion(name) && !kept.has(name)
    if (isOld) await takeAway(releases, name)
    else if (/\.(partial|gone)-[0-9a-f]+$|\.new(-[0-9a-f]+)?$/.test(name))
      await rm(join(releases, name), { recursive: true, force: true })
  }
}

/** A release loses its name first, so that half of one is never taken for one. */
async function takeAway(releases: string, version: string): Promise<void> {
  const gone = join(releases, `${version}.gone-${randomBytes(6).toString('hex')}`)
  try {
    await rename(join(releases, version), gone)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  await syncDirectory(releases)
  await rm(gone, { recursive: true, force: true })
}

/** `current` leads to that version, or nowhere. */
async function choose({ releases }: ReleasePlaces, version: string | undefined): Promise<void> {
  const current = join(releases, 'current')
  if (version === undefined) await rm(current, { force: true })
  else {
    const draft = `${current}.new-${randomBytes(6).toString('hex')}`
    await symlink(version, draft)
    await rename(draft, current)
  }
  await syncDirectory(releases)
}

/** Whole and durable, or as it was. `launch` reads it, whoever calls that. */
async function writeWord(releases: string, name: string, text: string): Promise<void> {
  const draft = join(releases, `${name}.new`)
  await rm(draft, { force: true })
  {
    await using handle = await open(draft, 'wx', 0o644)
    await handle.writeFile(`${text}\n`)
    await handle.sync()
  }
  await rename(draft, join(releases, name))
  await syncDirectory(releases)
}
