/**
 * What is in an image, read without mounting anything: the table of partitions by sfdisk, ext4 by debugfs, FAT by mtools, the initramfs by cpio. Each is
 * copied out once, below a directory that goes with the object.
 */
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from './places.ts'
import { run } from './run.ts'

export interface Entry {
  /** Without a leading slash. */
  readonly path: string
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  /** The twelve bits of permission. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly sizeBytes: number
  readonly modifiedSeconds: number
  /** Of a link: where it leads. */
  readonly target: string | undefined
}

export interface Partition {
  readonly startBytes: number
  readonly sizeBytes: number
  readonly type: string
}

export interface ImageTree extends Disposable {
  readonly diskId: string
  readonly partitions: readonly Partition[]
  readonly entries: readonly Entry[]
  /** Names in the boot partition. */
  readonly bootNames: readonly string[]
  readonly stateEntries: readonly Entry[]
  readonly initramfsNames: readonly string[]
  /** Text of a file of the root; empty when there is none. */
  text(path: string): string
  bytes(path: string): Buffer
  bootText(name: string): string
  /** What the checks of file systems say; empty when all is well. */
  readonly complaints: string
}

export function openImageTree(image: string): ImageTree {
  mkdirSync(cacheDirectory, { recursive: true })
  const directory = mkdtempSync(join(cacheDirectory, 'lint-'))
  try {
    const table = JSON.parse(run('sfdisk', ['--json', image], { capture: true })) as SfdiskTable
    const partitions = table.partitiontable.partitions.map(({ start, size, type }) => ({
      ...{ startBytes: start * 512, sizeBytes: size * 512, type },
    }))
    const files = ['boot', 'root', 'state'].map((name) => join(directory, `${name}.fs`))
    for (const [at, file] of files.entries()) cutOut(image, partitions[at]!, file)
    const [boot, root, state] = files as [string, string, string]
    const places = {
      boot: join(directory, 'boot'),
      root: join(directory, 'root'),
      state: join(directory, 'state'),
    }
    for (const place of Object.values(places)) mkdirSync(place)
    run('debugfs', ['-R', `rdump / ${places.root}`, root], { quiet: true })
    run('debugfs', ['-R', `rdump / ${places.state}`, state], { quiet: true })
    run('mcopy', ['-s', '-n', '-i', boot, '::*', places.boot])
    const bootNames = readdirSync(places.boot, { recursive: true, encoding: 'utf8' }).sort()
    const initramfs = bootNames.find((name) => name.startsWith('initrd.img'))
    const read = (file: string) => {
      const stat = lstatSync(file, { throwIfNoEntry: false })
      return stat?.isFile() === true ? readFileSync(file) : Buffer.alloc(0)
    }
    return {
      diskId: table.partitiontable.id.replace('0x', ''),
      partitions,
      entries: entriesOf(places.root),
      bootNames,
      stateEntries: entriesOf(places.state),
      initramfsNames: initramfs === undefined ? [] : namesInInitramfs(join(places.boot, initramfs)),
      bytes: (path) => read(join(places.root, path)),
      text: (path) => read(join(places.root, path)).toString('utf8'),
      bootText: (name) => read(join(places.boot, name)).toString('utf8'),
      complaints: [
        check('e2fsck', ['-f', '-n', root]),
        check('e2fsck', ['-f', '-n', state]),
        check('fsck.fat', ['-n', boot]),
      ].join(''),
      [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
    }
  } catch (error) {
    rmSync(directory, { recursive: true, force: true })
    throw error
  }
}

interface SfdiskTable {
  readonly partitiontable: {
    readonly id: string
    readonly partitions: readonly { readonly start: number; readonly size: number; readonly type: string }[]
  }
}

function cutOut(image: string, { startBytes, sizeBytes }: Partition, target: string): void {
  const range = ['iflag=skip_bytes,count_bytes', `skip=${startBytes}`, `count=${sizeBytes}`]
  run('dd', [`if=${image}`, `of=${target}`, 'bs=1M', 'conv=sparse', 'status=none', ...range])
}

/** What a check of a file system says that did not end well. */
function check(program: string, args: readonly string[]): string {
  try {
    run(program, args, { capture: true, quiet: true })
    return ''
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n`
  }
}

function namesInInitramfs(file: string): string[] {
  return run('sh', ['-c', 'zstd -dcq "$1" | cpio --quiet -t', 'sh', file], { capture: true }).split('\n')
}

function entriesOf(root: string): Entry[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).map((path) => {
    const file = join(root, path)
    const stat = lstatSync(file)
    const kind = stat.isFile()
      ? 'file'
      : stat.isDirectory()
        ? 'directory'
        : stat.isSymbolicLink()
          ? 'link'
          : 'other'
    return {
      ...{ path, kind, mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, sizeBytes: stat.size },
      modifiedSeconds: Math.floor(stat.mtimeMs / 1000),
      target: kind === 'link' ? readlinkSync(file) : undefined,
    }
  })
}
