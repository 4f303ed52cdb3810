/** A block device of its own in a sparse file, for tests of what is done to disks. Needs root. */
import { execFile } from 'node:child_process'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** Debian keeps them out of the PATH of ordinary users. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` }

export interface LoopDevice extends AsyncDisposable {
  /** `loop3` */
  readonly name: string
  /** `/dev/loop3` */
  readonly path: string
  /** The file behind it. */
  readonly image: string
  /** As if it was pulled and another was plugged in, which gets its name. */
  exchange(image: string): Promise<void>
}

/** Runs a tool of the system. */
export async function tool(name: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(name, args, { env })
  return stdout
}

export async function makeImage(image: string, mebibytes: number): Promise<string> {
  await using handle = await open(image, 'w')
  await handle.truncate(mebibytes * 1024 ** 2)
  return image
}

export async function attachLoop(image: string, ...flags: string[]): Promise<LoopDevice> {
  if (process.getuid?.() !== 0)
    throw new Error('This test needs a block device of its own, which only root may make: run it as root.')
  // With partitions: the kernel may have to be told of them, and then takes them.
  const path = (await tool('losetup', '--find', '--show', '--partscan', ...flags, image)).trim()
  const detach = () => tool('losetup', '--detach', path)
  return {
    name: basename(path),
    path,
    image,
    exchange: async (other) => {
      await detach()
      await tool('losetup', '--partscan', path, other)
    },
    [Symbol.asyncDispose]: async () => void (await detach()),
  }
}
