import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { blocksThatDiffer } from '../core/blocks.ts'
import { type DiskUnderTest, diskContract } from '../testing/disk-contract.ts'
import { commitOne, rel, statAt, testIdentity, testMtimeNs } from '../testing/disk-driving.ts'
import { createMemoryDisk, type MemoryOptions } from '../testing/memory-files.ts'
import { wantedOf } from '../testing/search-run.ts'
import { silentLog } from '../testing/silent-log.ts'
import { createFinderPool, createInlineFinder } from './block-finder.ts'
import { openDisk } from './disk.ts'
import { createHashPool, createInlineHasher } from './hasher.ts'
import { realFiles } from './real-files.ts'

/** What this process has open below a directory. */
function openBelow(base: string): string[] {
  return fs
    .readdirSync('/proc/self/fd')
    .map((descriptor) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${descriptor}`)
      } catch (error) {
        // The descriptor the listing itself used is closed by now.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
        throw error
      }
    })
    .filter((path) => path.startsWith(base))
}

interface RealDisk extends DiskUnderTest {
  readonly person: DiskUnderTest['person'] & {
    /** What it takes of the disk. */
    allocatedBytes(path: string): number
  }
}

async function realDisk(): Promise<RealDisk> {
  const base = await mkdtemp(join(tmpdir(), 'berrysync-'))
  const path = join(base, 'folder')
  await mkdir(path)
  const hasher = createHashPool()
  const finder = createFinderPool()
  let nowMs = Date.UTC(2026, 0, 1)
  const at = (name: string) => join(path, name)
  return {
    open: () =>
      openDisk({ files: realFiles(path), hasher, finder, clock: { now: () => nowMs++ }, log: silentLog }),
    person: {
      writeFile(name, data) {
        fs.mkdirSync(dirname(at(name)), { recursive: true })
        fs.writeFileSync(at(name), data)
      },
      saveFile(name, data) {
        fs.writeFileSync(join(base, 'saved'), data)
        fs.renameSync(join(base, 'saved'), at(name))
      },
      readFile: (name) => fs.readFileSync(at(name)),
      mkdir: (name) => void fs.mkdirSync(at(name), { recursive: true }),
      symlink: (target, name) => fs.symlinkSync(target, at(name)),
      hardLink: (from, name) => fs.linkSync(at(from), at(name)),
      mkfifo: (name) => void execFileSync('mkfifo', [at(name)]),
      makeUndecodable(name) {
        const [before, after] = at(name).split('\ufffd')
        fs.writeFileSync(Buffer.concat([Buffer.from(before!), Buffer.from([0xff]), Buffer.from(after!)]), '')
      },
      rename: (from, to) => fs.renameSync(at(from), at(to)),
      remove: (name) => fs.rmSync(at(name), { recursive: true }),
      chmod: (name, mode) => fs.chmodSync(at(name), mode),
      names: (name) => fs.readdirSync(at(name)),
      mode: (name) => fs.lstatSync(at(name)).mode & 0o777,
      allocatedBytes: (name) => fs.lstatSync(at(name)).blocks * 512,
    },
    swapForLink(name) {
      fs.renameSync(at(name), join(base, 'outside'))
      fs.symlinkSync(join(base, 'outside'), at(name))
    },
    namesOutside: () => fs.readdirSync(join(base, 'outside')),
    setMissing: (missing) =>
      missing ? fs.renameSync(path, join(base, 'away')) : fs.renameSync(join(base, 'away'), path),
    async [Symbol.asyncDispose]() {
      await hasher[Symbol.asyncDispose]()
      await finder[Symbol.asyncDispose]()
      expect(openBelow(base), 'left open').toEqual([])
      await rm(base, { recursive: true })
    },
  }
}

function memoryDisk(options: MemoryOptions) {
  return async (): Promise<DiskUnderTest> => {
    const memory = createMemoryDisk(options)
    let nowMs = Date.UTC(2026, 0, 1)
    let outside = ''
    return {
      open: () =>
        openDisk({
          files: memory.files(),
          hasher: createInlineHasher(),
          finder: createInlineFinder(),
          clock: { now: () => nowMs++ },
          log: silentLog,
        }),
      person: { ...memory.person, mode: (path) => memory.person.stat(path)!.mode },
      swapForLink(name) {
        // The nearest to outside there is: a part of the hidden directory nothing of ours looks at.
        outside = '.sync/outside'
        memory.person.rename(name, outside)
        memory.person.symlink(outside, name)
      },
      namesOutside: () => memory.person.names(outside),
      setMissing: (missing) => memory.setPresent(!missing),
      async [Symbol.asyncDispose]() {
        memory.setPresent(false)
      },
    }
  }
}

diskContract('disk on the real file system', realDisk)
diskContract('disk in memory', memoryDisk({}))
diskContract(
  'disk in memory without hard links and executable bits',
  memoryDisk({ hardLinks: false, executable: false }),
)

test('a sparse file stays sparse on the real file system', async () => {
  await using under = await realDisk()
  const disk = await under.open()
  await disk.claim(testIdentity)
  const mib = 1024 ** 2
  const content = Buffer.alloc(8 * mib)
  content.fill('data', 3 * mib, 3 * mib + 131_072)
  under.person.writeFile('old', content)
  const wanted = wantedOf(content, 131_072)
  const stage = await disk.openStage('new')
  const numbers = blocksThatDiffer(wanted.hashes, await stage.hashes(content.length, 131_072))
  expect(numbers).toEqual([24])
  {
    await using old = await disk.open(rel('old'), 'old', await statAt(disk, 'old'))
    const { signal } = new AbortController()
    expect(await old.giveBlocks(stage, { ...wanted, numbers }, undefined, signal)).toEqual([24])
  }
  await stage.seal(content.length, testMtimeNs, false)
  const step = { kind: 'file', path: rel('new'), to: 'new', expect: 'absent', archive: true } as const
  await commitOne(disk, { ...step, stage })
  expect(under.person.readFile('new').equals(content)).toBe(true)
  expect(under.person.allocatedBytes('new')).toBeLessThan(mib)
})
