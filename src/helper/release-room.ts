/** Whether there is room for a release beside the state of the device, which must not run out of it. */
import { statfs } from 'node:fs/promises'
import { SyncError } from '../core/errors.ts'

export interface NeededRoom {
  readonly bytes: number
  /** For the state of the device meanwhile. */
  readonly reserveBytes: number
  /** Of the release; empty while it is not known. */
  readonly version: string
}

/** Throws `release-no-room`. */
export async function demandRoom(directory: string, needed: NeededRoom): Promise<void> {
  const freeBytes = await freeBytesIn(directory)
  if (freeBytes < needed.bytes + needed.reserveBytes) throw noRoom(needed, freeBytes)
}

/** What to say where there was room, and then it did not suffice. */
export async function lackOfRoom(directory: string, needed: NeededRoom): Promise<SyncError> {
  return noRoom(needed, await freeBytesIn(directory))
}

async function freeBytesIn(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory)
  return bavail * bsize
}

function noRoom({ bytes, reserveBytes, version }: NeededRoom, freeBytes: number): SyncError {
  return new SyncError('release-no-room', { version, freeBytes, neededBytes: bytes + reserveBytes })
}
