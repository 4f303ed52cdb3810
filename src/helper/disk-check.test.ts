/** The tools of file systems on images in files: what they say of a whole one, of one that can be mended, and of one that cannot. */
import { open, readdir } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { isSyncError } from '../core/errors.ts'
import { makeImage, tool } from '../testing/loop-device.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { e2fsckProgress, mend, preen } from './disk-check.ts'
import type { SupportedKind } from './disk-survey.ts'
import { mountType } from './mount-options.ts'
import { type RunCommand, runCommand } from './run-command.ts'

const quiet = { run: runCommand, onProgress: () => undefined }

async function overwrite(file: string, at: number, bytes: Buffer): Promise<void> {
  await using handle = await open(file, 'r+')
  await handle.write(bytes, 0, bytes.length, at)
}

describe('preen', () => {
  test.each<[SupportedKind, string, string[]]>([
    ['ext4', 'mkfs.ext4', ['-q', '-F']],
    ['exfat', 'mkfs.exfat', []],
    ['vfat', 'mkfs.vfat', []],
  ])('a whole %s is fine, and stays as it is', async (kind, maker, flags) => {
    await using temp = await makeTempDirectory()
    const image = await makeImage(`${temp.path}/image`, 64)
    await tool(maker, ...flags, image)
    expect(await preen(image, kind, quiet)).toBe('fine')
    expect(await mend(image, kind, quiet)).toBe('fine')
  })

  test('an exFAT and a FAT that were pulled while they were written are mended', async () => {
    await using temp = await makeTempDirectory()
    const exfat = await makeImage(`${temp.path}/exfat`, 64)
    await tool('mkfs.exfat', exfat)
    // The volume is marked as in use.
    await overwrite(exfat, 106, Buffer.from([2, 0]))
    expect(await preen(exfat, 'exfat', quiet)).toBe('fine')
    const fat = await makeImage(`${temp.path}/fat`, 64)
    await tool('mkfs.vfat', fat)
    await overwrite(fat, 37, Buffer.from([1]))
    expect(await preen(fat, 'vfat', quiet)).toBe('fine')
    expect(await runCommand('fsck.vfat', ['-n', fat], { timeoutMs: 10_000 })).toMatchObject({ exitCode: 0 })
  })

  test.each<[SupportedKind, string, string[]]>([
    ['ext4', 'mkfs.ext4', ['-q', '-F']],
    ['exfat', 'mkfs.exfat', []],
    ['vfat', 'mkfs.vfat', []],
  ])('A1: a %s whose beginning is lost is not mended by itself', async (kind, maker, flags) => {
    await using temp = await makeTempDirectory()
    const image = await makeImage(`${temp.path}/image`, 64)
    await tool(maker, ...flags, image)
    await overwrite(image, 0, Buffer.alloc(16 * 1024, 0x5a))
    expect(await preen(image, kind, quiet)).toBe('check-failed')
  })

  test('a check that takes too long is ended, and told apart', async () => {
    const slow: RunCommand = async () => ({ exitCode: 137, stdout: '', stderr: '', isLate: true })
    for (const kind of ['ext4', 'vfat'] as const)
      expect(await preen('/dev/x', kind, { ...quiet, run: slow })).toBe('check-too-long')
  })

  test('without a tool a disk is mounted unchecked; what looks after itself is not checked', async () => {
    const without: RunCommand = async () => ({ exitCode: 127, stdout: '', stderr: '', isLate: false })
    expect(await preen('/dev/x', 'f2fs', { ...quiet, run: without })).toBe('fine')
    const never: RunCommand = async () => {
      throw new Error('nothing is run')
    }
    for (const kind of ['btrfs', 'xfs', 'ntfs'] as const)
      expect(await preen('/dev/x', kind, { ...quiet, run: never })).toBe('fine')
  })

  test('what nobody here can mend is refused, not tried', async () => {
    for (const kind of ['btrfs', 'ntfs'] as const) {
      const error = await mend('/dev/x', kind, quiet).catch((thrown: unknown) => thrown)
      expect(isSyncError(error, 'disk-unsuitable')).toBe(true)
    }
  })
})

test('progress of e2fsck is a part of the whole that only rises', () => {
  expect(e2fsckProgress('1 0 64 /dev/sdb1')).toBe(0)
  expect(e2fsckProgress('1 32 64 /dev/sdb1')).toBeCloseTo(0.35)
  expect(e2fsckProgress('5 64 64 /dev/sdb1')).toBe(1)
  for (const odd of ['', 'x', '6 1 2', '1 1 0', '1 -1 5', '1'])
    expect(e2fsckProgress(odd), odd).toBeUndefined()
})

describe('mount options', () => {
  const owner = { uid: 7, gid: 8 }
  const kinds: SupportedKind[] = ['ext2', 'ext3', 'ext4', 'btrfs', 'xfs', 'f2fs', 'exfat', 'vfat', 'ntfs']

  test('no disk brings devices, programs or rights of others', () => {
    for (const kind of kinds) {
      const { options } = mountType(kind, owner, { readOnly: false, isWriteProtected: false })
      for (const needed of ['rw', 'nodev', 'nosuid', 'noexec'])
        expect(options.split(','), kind).toContain(needed)
    }
  })

  test('what has no owners is the daemon’s alone', () => {
    for (const kind of ['exfat', 'vfat', 'ntfs'] as const) {
      const { options } = mountType(kind, owner, { readOnly: false, isWriteProtected: false })
      for (const needed of ['uid=7', 'gid=8', 'fmask=0177', 'dmask=0077'])
        expect(options.split(',')).toContain(needed)
      expect(options).toContain('utf8')
    }
    expect(mountType('ntfs', owner, { readOnly: true, isWriteProtected: false }).type).toBe('ntfs3')
  })

  test('of a disk that cannot be written not even the journal is', () => {
    const { options } = mountType('ext4', owner, { readOnly: false, isWriteProtected: true })
    expect(options.split(',')).toEqual(expect.arrayContaining(['ro', 'noload']))
    expect(mountType('ext4', owner, { readOnly: true, isWriteProtected: false }).options).not.toContain(
      'noload',
    )
  })
})

describe('running a tool', () => {
  test('a time limit ends it, and its children are not waited for', async () => {
    const startedMs = performance.now()
    expect(await runCommand('sleep', ['60'], { timeoutMs: 200 })).toMatchObject({ isLate: true })
    expect(performance.now() - startedMs).toBeLessThan(5000)
  })

  test('it sees nothing of this process: not its environment, not its handles', async () => {
    process.env.BERRYSYNC_TEST_LEAK = '1'
    const { stdout } = await runCommand('env', [], { timeoutMs: 5000 })
    expect(stdout).not.toContain('LEAK')
    await using temp = await makeTempDirectory()
    await using _held = await open(temp.path, 'r')
    const { stdout: handles } = await runCommand('ls', ['-l', '/proc/self/fd'], { timeoutMs: 5000 })
    expect(handles).not.toContain(temp.path)
    expect(await readdir(temp.path)).toEqual([])
  })

  test('of very much output the end is kept', async () => {
    const { stdout } = await runCommand('sh', ['-c', 'yes x | head -c 5000000; echo end'], {
      timeoutMs: 20_000,
      maxOutput: 1000,
    })
    expect(stdout).toHaveLength(1000)
    expect(stdout.endsWith('end\n')).toBe(true)
  })

  test('a tool that is not there is told by its code', async () => {
    expect(await runCommand('no-such-tool', [], { timeoutMs: 1000 })).toMatchObject({ exitCode: 127 })
  })
})
