/**
 * Folders that were preset wait, with their secrets, until the first disk is attached that can be written: only then it is known where
 * they lie. They are handed to the daemon as a set-up file in memory, and forgotten when it has taken them in.
 */
import { constants } from 'node:fs'
import { chown, type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import Type from 'typebox'
import { Check } from 'typebox/value'
import { type DiskFacts, ownDirectoryName } from '../appliance/disk-facts.ts'
import { forget, keep, put, readKept } from './kept-file.ts'
import type { PresetFolder } from './presets.ts'
import type { Owner, Surroundings } from './surroundings.ts'

const Waiting = Type.Array(Type.Object({ name: Type.String(), secret: Type.String() }))
const takeInMs = 90_000
const lookMs = 500
const daemon = 'berrysync.service'
const directoryOnly = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW

const waitingFile = ({ places }: Surroundings): string => `${places.state}/system/preset-folders.json`

export async function readWaitingFolders(surroundings: Surroundings): Promise<readonly PresetFolder[]> {
  const text = await readKept(waitingFile(surroundings))
  try {
    const json: unknown = JSON.parse(text ?? '[]')
    return Check(Waiting, json) ? json : []
  } catch {
    return []
  }
}

/** Besides those that wait already. */
export async function addWaitingFolders(
  surroundings: Surroundings,
  more: readonly PresetFolder[],
): Promise<void> {
  const waiting = await readWaitingFolders(surroundings)
  const isNew = ({ secret }: PresetFolder) => !waiting.some((folder) => folder.secret === secret)
  const all = [...waiting, ...more.filter(isNew)]
  await keep(waitingFile(surroundings), JSON.stringify(all), 0o600)
}

/** Gives whether the daemon took them in; true, too, when none wait. */
export async function handOverFolders(surroundings: Surroundings, facts: DiskFacts): Promise<boolean> {
  const { places, services } = surroundings
  if (facts.state !== 'attached' || facts.mountPoint === null || facts.readOnly) return true
  const folders = await readWaitingFolders(surroundings)
  if (folders.length === 0) return true
  const owner = await surroundings.owner()
  const own = `${facts.mountPoint}/${ownDirectoryName}`
  await makeDirectories(own, folders, owner)
  const setup = { folders: folders.map(({ name, secret }) => ({ path: `${own}/${name}`, secret })) }
  const file = `${places.run}/presets-setup.json`
  await put(file, JSON.stringify(setup), 0o640)
  await chown(file, 0, owner.gid)
  await put(`${places.run}/presets.env`, `BERRYSYNC_PRESETS=--config ${file}\n`)
  const isTaken =
    (await services.steer('restart', daemon)) &&
    (await isKept(
      surroundings,
      setup.folders.map(({ path }) => path),
    ))
  await rm(`${places.run}/presets.env`, { force: true })
  await rm(file, { force: true })
  // Otherwise it would fail again, at each start.
  await forget(waitingFile(surroundings))
  if (!isTaken) await services.steer('restart', daemon)
  return isTaken
}

/** Whether the daemon has written down all of them; it is given time to. */
async function isKept({ places }: Surroundings, paths: readonly string[]): Promise<boolean> {
  for (let waitedMs = 0; waitedMs <= takeInMs; waitedMs += lookMs) {
    const text = await readKept(`${places.state}/home/config.json`)
    if (text !== undefined && paths.every((path) => text.includes(JSON.stringify(path)))) return true
    await pause(lookMs)
  }
  return false
}

/** The daemon's own directories, made without following anything that lies on the disk. */
async function makeDirectories(
  own: string,
  folders: readonly PresetFolder[],
  { uid, gid }: Owner,
): Promise<void> {
  await using parent: FileHandle = await open(own, directoryOnly)
  for (const { name } of folders) {
    const path = `/proc/self/fd/${parent.fd}/${name}`
    await mkdir(path, { mode: 0o750 }).catch(() => undefined)
    const handle = await open(path, directoryOnly).catch(() => undefined)
    if (handle === undefined) continue
    await using directory = handle
    // FAT has no owners, and belongs to the daemon as a whole.
    if ((await directory.stat()).uid === 0) await directory.chown(uid, gid).catch(() => undefined)
  }
}
