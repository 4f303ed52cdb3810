import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { type DiskUnderTest, diskContract } from '../testing/disk-contract.ts'
import { createMemoryDisk, type MemoryOptions } from '../testing/memory-files.ts'
import { silentLog } from '../testing/silent-log.ts'
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

async function realDisk(): Promise<DiskUnderTest> {
  const base = await mkdtemp(join(tmpdir(), 'berrysync-'))
  const path = join(base, 'folder')
  await mkdir(path)
  const hasher = createHashPool()
  let nowMs = Date.UTC(2026, 0, 1)
  const at = (name: string) => join(path, name)
  return {
    open: () => openDisk({ files: realFiles(path), hasher, clock: { now: () => nowMs++ }, log: silentLog }),
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
