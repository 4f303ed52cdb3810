/**
 * What lies on the device's disks after a power cut: taken off them, mended as the device itself would mend it at its next start, checked, and
 * mounted where the device has it. Needs a mount namespace of its own (see `main`).
 */
import { execFile } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { environment, runCommand } from '../../src/testing/commands.ts'
import type { VolatileDisk } from '../qemu/volatile-disk.ts'

export interface Place {
  readonly disk: VolatileDisk
  /** Where the file system lies on it. */
  readonly range: { readonly offset: number; readonly length: number }
  /** Where the device mounts it. */
  readonly mountPoint: string
}

export interface CutDisk extends AsyncDisposable {
  /** What the check had to mend beyond playing back the journal. */
  readonly mended: readonly string[]
  /** The kernel's name of what it is mounted from here. */
  readonly device: string
}

const execute = promisify(execFile)

/** Throws when the file system is not whole after what a start does to it. */
export async function openCutDisk(
  { disk, range, mountPoint }: Place,
  scratch: string,
  name: string,
): Promise<CutDisk> {
  const file = join(scratch, `${name}.cut`)
  await disk.write(file, range)
  const mended = await preen(file)
  await runCommand('e2fsck', '-fn', file)
  await mkdir(mountPoint, { recursive: true })
  await runCommand('mount', '-t', 'ext4', '-o', 'loop', file, mountPoint)
  const source = await runCommand('findmnt', '--noheadings', '--output', 'SOURCE', '--mountpoint', mountPoint)
  return {
    ...{ mended, device: basename(source.trim()) },
    async [Symbol.asyncDispose]() {
      await runCommand('umount', mountPoint)
      await rm(file)
    },
  }
}

/**
 * Exit 1 says that something was mended, which is what it is for; anything above is damage. Everything is looked at (-f), not only the journal as at a
 * start, so that nothing is left for the check after it but what nobody may mend unasked. That a list of orphans is announced and empty is no damage.
 */
async function preen(file: string): Promise<string[]> {
  const { stdout } = await execute('e2fsck', ['-fp', file], { env: environment }).catch((error) => {
    if (error.code === 1) return error as { stdout: string }
    throw new Error(`e2fsck -fp ended with ${error.code}: ${error.stdout}`)
  })
  return stdout
    .split('\n')
    .filter(
      (line) =>
        line !== '' &&
        !/recovering journal|: clean,|orphaned inode|orphan_present|^CLEARED\.$|non-contiguous/.test(line),
    )
}
