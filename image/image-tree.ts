/**
 * What is in an image, read without mounting anything: the table of partitions by sfdisk, ext4 by debugfs, FAT by mtools, the initramfs by cpio. Each is
 * copied out once, below a directory that goes with the object.
 */
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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

const zstdMagic = Buffer.from('28b52ffd', 'hex')

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
      entries: withModes(root, entriesOf(places.root), join(directory, 'questions')),
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

/** Modules, which are compressed already, come first in an archive of their own; the rest is one compressed archive behind. */
function namesInInitramfs(file: string): string[] {
  const bytes = readFileSync(file)
  const begin = bytes.indexOf(zstdMagic, bytes.indexOf('TRAILER!!!'))
  const rest = `${file}.rest`
  writeFileSync(rest, bytes.subarray(begin))
  const list = 'cpio --quiet -t < "$1"; zstd -dcq "$2" | cpio --quiet -t'
  return run('sh', ['-c', list, 'sh', file, rest], { capture: true }).split('\n')
}

/** As `find` tells it, which does not go where links lead. */
function entriesOf(root: string): Entry[] {
  const format = ['%P', '%y', '%m', '%U', '%G', '%s', '%T@', '%l'].map((field) => `${field}\\0`).join('')
  const fields = run('find', [root, '-mindepth', '1', '-printf', format], { capture: true }).split('\0')
  const kinds = { f: 'file', d: 'directory', l: 'link' } as const
  const entries: Entry[] = []
  for (let at = 0; at + 8 <= fields.length; at += 8) {
    const [path, type, mode, uid, gid, size, modified, target] = fields.slice(at, at + 8) as string[]
    entries.push({
      path: path!,
      kind: kinds[type as keyof typeof kinds] ?? 'other',
      mode: Number.parseInt(mode!, 8),
      ...{
        uid: Number(uid),
        gid: Number(gid),
        sizeBytes: Number(size),
        modifiedSeconds: Math.floor(Number(modified)),
      },
      target: type === 'l' ? target : undefined,
    })
  }
  return entries
}

/** debugfs writes bytes that are no plain letters as hexadecimal numbers. */
function unescaped(name: string): string {
  const bytes = name.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, 'latin1').toString()
}

/** What is copied out loses the bits above the nine of permission, so that these are asked for. */
function withModes(fileSystem: string, entries: readonly Entry[], questions: string): Entry[] {
  const directories = ['', ...entries.filter(({ kind }) => kind === 'directory').map(({ path }) => path)]
  writeFileSync(questions, directories.map((path) => `ls -l "/${path}"\n`).join(''))
  const answer = run('debugfs', ['-f', questions, fileSystem], { capture: true, quiet: true })
  const modes = new Map<string, number>()
  let directory = ''
  for (const line of answer.split('\n')) {
    const asked = /^debugfs: ls -l "\/(.*)"$/.exec(line)?.[1]
    if (asked !== undefined) directory = asked
    const [, mode, name] =
      /^\s*\d+\s+([0-7]+)\s+\(\d+\)\s+\d+\s+\d+\s+\d+\s+\S+\s+\S+\s+(.*)$/.exec(line) ?? []
    if (mode !== undefined) modes.set(join(directory, unescaped(name!)), Number.parseInt(mode, 8) & 0o7777)
  }
  return entries.map((entry) => {
    const mode = modes.get(entry.path)
    if (mode === undefined) throw new Error(`debugfs does not tell the mode of ${entry.path}`)
    return { ...entry, mode }
  })
}
