/**
 * A small file system of its own in a file, mounted for a test, which can also be taken away at any moment. Needs root: mounting cannot
 * be had otherwise.
 */
import { execFile } from 'node:child_process'
import { mkdir, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { until } from './until.ts'

const run = promisify(execFile)
/** Debian keeps them out of the PATH of ordinary users. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` }
/** After this a FUSE process that somebody still keeps busy is ended, or its disk would have two. */
const maxFuseSeconds = 10
/** EXT4_IOC_SHUTDOWN without a last commit of the journal: from then on nothing more reaches the disk. Perl, for Node knows no ioctl. */
const shutDownExt4 = `
  open(my $directory, '<', $ARGV[0]) or die "$ARGV[0]: $!";
  my $withoutLog = pack('L', 2);
  ioctl($directory, 0x8004587d, $withoutLog) or die "shutdown: $!";`

export interface LoopDisk extends AsyncDisposable {
  /** Where it is mounted. */
  readonly path: string
  /** Changes a byte of a file with this content behind the back of the file system. What is read of it next comes from the disk. */
  damage(file: string, content: Buffer, offsetBytes: number): Promise<void>
  mount(): Promise<void>
  unmount(): Promise<void>
  /** Gone from its place at once, whoever uses it. Nothing written is lost. */
  detach(): Promise<void>
  /** As if it was pulled, or lost its power: gone at once, and with it what was not durable. */
  cut(): Promise<void>
  /** Of ext4: copies the disk as it is at this moment. */
  keepCopy(): Promise<void>
  /** As `cut`, and the copy takes its place. */
  cutToCopy(): Promise<void>
}

/** exFAT through FUSE, because not every kernel that tests run on has one of its own. */
export async function makeLoopDisk(
  root: string,
  name: string,
  kind: 'ext4' | 'exfat',
  mebibytes: number,
): Promise<LoopDisk> {
  if (process.getuid?.() !== 0)
    throw new Error('This test mounts a small file system, which only root may: run it as root.')
  await using made = new AsyncDisposableStack()
  let image = `${root}/${name}.img`
  const path = `${root}/${name}`
  await writeFile(image, '')
  await truncate(image, mebibytes * 1024 ** 2)
  await mkdir(path)
  await run(`mkfs.${kind}`, kind === 'ext4' ? ['-q', '-F', '-m', '0', image] : [image], { env })
  let device = await attach()
  made.defer(detachDevice)
  let isMounted = false
  let isSound = true
  let cuts = 0

  async function attach(): Promise<string> {
    const { stdout } = await run('losetup', ['--find', '--show', image], { env })
    return stdout.trim()
  }

  /** The kernel keeps it until its last user has gone. */
  async function detachDevice(): Promise<void> {
    await run('losetup', ['--detach', device], { env })
  }

  async function mount(): Promise<void> {
    if (kind === 'ext4') await run('mount', ['-t', 'ext4', device, path], { env })
    else {
      await untilFuseEnded()
      // It ends with 1 when it found something and repaired it.
      if (!isSound) await run('fsck.exfat', ['-y', device], { env }).catch(throwUnlessRepaired)
      // What lies there while the disk is away is no obstacle, as it is none to the kernel.
      await run('mount.exfat-fuse', ['-o', 'nonempty', device, path], { env })
    }
    isSound = true
    isMounted = true
  }

  async function untilFuseEnded(): Promise<void> {
    const hasEnded = async () => (await fuseProcesses(device)).length === 0
    await until('the FUSE process has ended', hasEnded, maxFuseSeconds).catch(killFuse)
  }

  async function killFuse(): Promise<void> {
    for (const id of await fuseProcesses(device)) process.kill(id, 'SIGKILL')
    isSound = false
    await until('it has ended', async () => (await fuseProcesses(device)).length === 0)
    // Who has a file open there keeps the device busy: the disk goes on as another one.
    await run('blockdev', ['--flushbufs', device], { env })
    await detachDevice()
    device = await attach()
  }

  async function unmount(...flags: string[]): Promise<void> {
    if (!isMounted) return
    await run('umount', [...flags, path], { env })
    isMounted = false
  }

  async function cut(): Promise<void> {
    if (kind === 'exfat') {
      await killFuse()
      await unmount('--lazy')
      return
    }
    await cutTo(image)
  }

  async function cutTo(next: string): Promise<void> {
    await run('perl', ['-e', shutDownExt4, path])
    await unmount('--lazy')
    // Who has a file open there keeps the file system that was shut down: it comes back from a copy of what the disk has.
    const before = image
    cuts += 1
    image = `${root}/${name}-${cuts}.img`
    await copyImage(next, image)
    await detachDevice()
    await rm(before)
    device = await attach()
  }

  async function keepCopy(): Promise<void> {
    await run('fsfreeze', ['--freeze', path], { env })
    try {
      await copyImage(image, `${root}/${name}.copy`)
    } finally {
      await run('fsfreeze', ['--unfreeze', path], { env })
    }
  }

  async function damage(file: string, content: Buffer, offsetBytes: number): Promise<void> {
    await run('sync', ['--file-system', path])
    const start = (await readFile(image)).indexOf(content.subarray(offsetBytes, offsetBytes + 64))
    if (start < 0) throw new Error('assertion: the content is not on that disk')
    {
      await using handle = await open(image, 'r+')
      await handle.write(Buffer.from([content[offsetBytes]! ^ 0xff]), 0, 1, start)
    }
    // Has the kernel forget what it holds of the file.
    await run('dd', [`if=${file}`, 'iflag=nocache', 'count=0'])
  }

  await mount()
  made.defer(() => unmount())
  await rm(`${path}/lost+found`, { recursive: true, force: true })
  const owned = made.move()
  return {
    ...{ path, damage, mount, cut, keepCopy },
    cutToCopy: () => cutTo(`${root}/${name}.copy`),
    unmount: () => unmount(),
    detach: () => unmount('--lazy'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Of what was never written there is nothing to copy. */
async function copyImage(from: string, to: string): Promise<void> {
  await run('cp', ['--sparse=always', from, to])
}

/** Whether another file system is mounted there. */
export async function isMountPoint(path: string): Promise<boolean> {
  return (await stat(path)).dev !== (await stat(dirname(path))).dev
}

function throwUnlessRepaired(error: unknown): void {
  if ((error as { code?: unknown }).code !== 1) throw error
}

/** Those that serve that device. */
async function fuseProcesses(device: string): Promise<number[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const words = await Promise.all(
    ids.map((id) =>
      readFile(`/proc/${id}/cmdline`, 'latin1').then(
        (text) => text.split('\0'),
        (): string[] => [],
      ),
    ),
  )
  return ids
    .filter((_, at) => words[at]![0]?.endsWith('mount.exfat-fuse') && words[at]!.includes(device))
    .map(Number)
}
