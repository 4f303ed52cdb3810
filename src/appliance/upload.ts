/** Takes a large file in parts and in order, into a directory of the device's own. One upload at a time; what is not finished is no file. */
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SyncError } from '../core/errors.ts'
import { maxBundleBytes } from '../helper/release-bundle.ts'
import { demandRoom } from '../helper/release-room.ts'

/** What the state of the device needs while a file lies there. */
export const reserveBytes = 32 * 1024 ** 2
export const uploadedName = 'uploaded.release'
export const unfinishedName = `${uploadedName}.part`

/** True with the last part: then the file is there. Throws `release-too-large`, `release-no-room` and `upload-broken`. */
export async function takePart(
  directory: string,
  offset: number,
  sizeBytes: number,
  part: Uint8Array,
): Promise<boolean> {
  const draft = join(directory, unfinishedName)
  if (offset === 0) await begin(directory, draft, sizeBytes)
  const have = await stat(draft).then(
    ({ size }) => size,
    () => 0,
  )
  if (have !== offset || part.length === 0) throw new SyncError('upload-broken', { have, offset })
  if (have + part.length > sizeBytes)
    throw new SyncError('release-too-large', { bytes: have + part.length, most: sizeBytes })
  await using handle = await open(draft, 'a', 0o600)
  await handle.writeFile(part)
  if (have + part.length < sizeBytes) return false
  await handle.sync()
  await rename(draft, join(directory, uploadedName))
  return true
}

async function begin(directory: string, draft: string, sizeBytes: number): Promise<void> {
  if (sizeBytes > maxBundleBytes)
    throw new SyncError('release-too-large', { bytes: sizeBytes, most: maxBundleBytes })
  await mkdir(directory, { recursive: true, mode: 0o700 })
  for (const old of [draft, join(directory, uploadedName)]) await rm(old, { force: true })
  await demandRoom(directory, { bytes: sizeBytes, reserveBytes, version: '' })
  await (await open(draft, 'wx', 0o600)).close()
}
