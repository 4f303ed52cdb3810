/**
 * One request at a time for a disk, whichever process serves it. The kernel keeps the lock, in a child that ends with its parent, so that
 * a helper that is killed leaves none behind.
 */
import { spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { SyncError } from '../core/errors.ts'
import type { Places } from './surroundings.ts'

/** A preparation or a check may be under way; longer than one a person waits for. */
const patienceSeconds = 900

/** Names are those of disks, or of what is the same for all of them. Throws `disk-in-use`. */
export async function lockDisk(
  { run }: Places,
  name: string,
  patience = patienceSeconds,
): Promise<AsyncDisposable> {
  const directory = `${run}/locks`
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const args = [
    '--exclusive',
    '--timeout',
    String(patience),
    `${directory}/${name}`,
    'sh',
    '-c',
    'echo; exec cat',
  ]
  const child = spawn('/usr/bin/flock', args, { cwd: '/', env: {}, stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const isHeld = await new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false))
    child.stdout.once('data', () => resolve(true))
    child.stdout.once('end', () => resolve(false))
  })
  if (!isHeld) throw new SyncError('disk-in-use', { disk: name, users: 'another request' })
  child.stdin.on('error', () => undefined)
  return {
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await ended
    },
  }
}
