/** A small file system of its own in a file, mounted for a test. Needs root: mounting cannot be had otherwise. */
import { execFile } from 'node:child_process'
import { mkdir, open, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** Debian keeps them out of the PATH of ordinary users. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` }

export interface LoopDisk extends AsyncDisposable {
  /** Where it is mounted. */
  readonly path: string
  /** Changes a byte of a file with this content behind the back of the file system. What is read of it next comes from the disk. */
  damage(file: string, content: Buffer, offsetBytes: number): Promise<void>
  mount(): Promise<void>
  unmount(): Promise<void>
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
  const image = `${root}/${name}.img`
  const path = `${root}/${name}`
  await writeFile(image, '')
  await truncate(image, mebibytes * 1024 ** 2)
  await mkdir(path)
  await run(`mkfs.${kind}`, kind === 'ext4' ? ['-q', '-F', '-m', '0', image] : [image], { env })
  const { stdout } = await run('losetup', ['--find', '--show', image], { env })
  const device = stdout.trim()
  made.defer(async () => void (await run('losetup', ['--detach', device], { env })))
  let isMounted = false

  async function mount(): Promise<void> {
    if (kind === 'ext4') await run('mount', ['-t', 'ext4', device, path], { env })
    else await run('mount.exfat-fuse', [device, path], { env })
    isMounted = true
  }

  async function unmount(): Promise<void> {
    if (!isMounted) return
    await run('umount', [path], { env })
    isMounted = false
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
  made.defer(unmount)
  await rm(`${path}/lost+found`, { recursive: true, force: true })
  const owned = made.move()
  return { path, damage, mount, unmount, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
