/** Disks for tests as files: empty, with file systems, with partitions, damaged, encrypted. Made with the system's own tools, mounted nowhere. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, rm, truncate, writeFile } from 'node:fs/promises'
import { environment, runCommand } from '../src/testing/commands.ts'

export type DiskContent = 'blank' | 'ext4' | 'exfat' | 'vfat' | 'luks' | 'partitions' | 'zip'

/** Of a disk with partitions. */
export const partitionCount = 32

export interface DiskFile {
  readonly file: string
  readonly mebibytes: number
  readonly label?: string
  /** Files that are on it, as a directory of this host. */
  readonly from?: string
}

export async function makeDisk(
  content: DiskContent,
  { file, mebibytes, label = 'disk', from }: DiskFile,
): Promise<void> {
  await rm(file, { force: true })
  await writeFile(file, '')
  await truncate(file, mebibytes * 1024 ** 2)
  if (content === 'ext4') {
    const tree = from === undefined ? [] : ['-d', from]
    // Else the kernel goes on making it long after it was mounted.
    const whole = ['-E', 'lazy_itable_init=0,lazy_journal_init=0']
    await runCommand('mke2fs', '-q', '-t', 'ext4', '-L', label, ...whole, ...tree, file)
  } else if (content === 'exfat') await runCommand('mkfs.exfat', '-L', label, file)
  else if (content === 'vfat') await runCommand('mkfs.vfat', '-n', label.toUpperCase(), file)
  else if (content === 'luks')
    await feed(
      'cryptsetup',
      ['luksFormat', '--batch-mode', '--pbkdf', 'pbkdf2', '--pbkdf-force-iterations', '1000', file, '-'],
      'secret',
    )
  else if (content === 'partitions') await makePartitions(file, mebibytes)
  else if (content === 'zip')
    await writeAt(
      file,
      0,
      Buffer.from('PK\u0003\u0004 something of somebody, which no tool knows as a file system'),
    )
}

/** Nothing is in any of them. */
async function makePartitions(file: string, mebibytes: number): Promise<void> {
  const each = Math.floor((mebibytes - 2) / partitionCount)
  const rows = Array.from({ length: partitionCount }, () => `size=${each}M`)
  await feed(
    'sfdisk',
    ['--quiet', '--no-reread', '--no-tell-kernel', file],
    `label: gpt\n${rows.join('\n')}\n`,
  )
}

/** Another file system has the same UUID from now on: what somebody gets who copies a disk block by block. */
export async function cloneDisk(from: string, to: string): Promise<void> {
  await runCommand('cp', '--sparse=always', from, to)
}

/** Marks an ext4 as one that was not unmounted and whose check has something to mend. */
export async function dirty(file: string): Promise<void> {
  await runCommand('debugfs', '-w', '-R', 'set_super_value state 0', file)
}

/** Files in an ext4, by path, as its tools list them. */
export async function writeAt(file: string, offset: number, bytes: Buffer): Promise<void> {
  await using handle = await open(file, 'r+')
  await handle.write(bytes, 0, bytes.length, offset)
}

async function feed(command: string, args: readonly string[], input: string): Promise<void> {
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'pipe'], env: environment })
  let complaint = ''
  child.stderr.on('data', (chunk) => {
    complaint += chunk
  })
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${complaint}`)
}
