/**
 * What surrounds the daemon of an appliance, for a test: small disks that are really mounted, the facts about them, and somebody who answers as
 * the helper does. Needs root, as mounting does.
 */
import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { type AppliancePaths, appliancePaths } from '../appliance/appliance-paths.ts'
import type { DiskFacts } from '../appliance/disk-facts.ts'
import { releasePlaces } from '../helper/release-state.ts'
import { programPath } from './daemon.ts'

const run = promisify(execFile)
/** Debian keeps them out of the PATH of ordinary users. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` }
const diskMebibytes = 200

type FileSystem = 'ext4' | 'exfat'

export interface SceneDisk {
  /** The kernel's name while it is plugged in. */
  readonly device: string
  readonly uuid: string
  name: string
  readonly mountPoint: string
  path(...names: string[]): string
  /** Mounts it and says so. */
  attach(how?: { readonly name?: string; readonly readOnly?: boolean }): Promise<void>
  /** As when somebody pulls it: from now on every operation fails; only later somebody notices, and unmounts it lazily. */
  pull(noticedMs?: number): Promise<void>
  /** Whether a process has anything open of what was attached last. */
  isOpenIn(processId: number): Promise<boolean>
  /** Says something of it. */
  tell(facts: Partial<DiskFacts>): Promise<void>
}

/** As the scene itself knows it. */
interface OwnDisk extends SceneDisk {
  state: DiskFacts['state']
  unmount(): Promise<void>
}

export interface Scene extends AsyncDisposable {
  readonly paths: AppliancePaths
  /** Runs the built program as that of this appliance. */
  readonly program: readonly string[]
  /** A new disk, which is not plugged in yet. */
  makeDisk(name: string, kind?: FileSystem): Promise<SceneDisk>
  /** Requests so far, the verbs alone. */
  readonly asked: readonly string[]
  /** The next verb fails with this code. */
  failNext: string | undefined
  /** Where the release of the package lies. */
  readonly packaged: string
  /** What it says when it has done a verb; of those that are not here, nothing. */
  readonly answers: Record<string, object>
}

export async function makeScene(root: string): Promise<Scene> {
  const made = new AsyncDisposableStack()
  const paths = appliancePaths(root)
  const disks: OwnDisk[] = []
  const asked: string[] = []
  let plugged = 0
  const { packaged } = releasePlaces(root)
  for (const directory of [paths.facts, paths.mounts, dirname(paths.socket), packaged])
    await mkdir(directory, { recursive: true })
  await writeFile(join(packaged, 'version'), '1.2.3\n')

  /** A disk that is plugged in again is another device to the kernel. */
  async function makeDisk(name: string, kind: FileSystem = 'ext4'): Promise<SceneDisk> {
    const image = join(root, `${name}-${disks.length}.img`)
    await writeFile(image, '')
    await truncate(image, diskMebibytes * 1024 ** 2)
    const options = kind === 'ext4' ? ['-q', '-F', '-m', '0'] : []
    await run(`mkfs.${kind}`, [...options, '-L', name, image], { env })
    const { stdout: uuid } = await run('blkid', ['-p', '-s', 'UUID', '-o', 'value', image], { env })
    let device = ''
    let sequence = 0
    let numbers = 0

    const factsFile = () => join(paths.facts, `${device}.json`)

    async function plugIn(): Promise<void> {
      const { stdout } = await run('losetup', ['--find', '--show', image], { env })
      device = basename(stdout.trim())
      plugged += 1
      sequence = plugged
    }

    /** The kernel does so once nothing of it is in use. */
    async function plugOut(): Promise<void> {
      if (device === '') return
      await rm(factsFile(), { force: true })
      await run('losetup', ['--detach', `/dev/${device}`], { env })
      device = ''
    }

    async function tell(change: Partial<DiskFacts>): Promise<void> {
      const facts: DiskFacts = {
        ...{ device, name: disk.name, state: disk.state, mountPoint: null, readOnly: false },
        disk: {
          device,
          model: 'Loop',
          serial: `SERIAL-${name}`,
          sizeBytes: diskMebibytes * 1024 ** 2,
          sequence,
        },
        fileSystem: { kind, uuid: disk.uuid, label: name },
        ...{ reason: null, progress: null, ...change },
      }
      disk.state = facts.state
      await writeFile(`${factsFile()}.new`, JSON.stringify(facts))
      await rename(`${factsFile()}.new`, factsFile())
    }

    const disk: OwnDisk = {
      ...{ uuid: uuid.trim(), name, state: 'failed', tell },
      get device() {
        return device
      },
      get mountPoint() {
        return join(paths.mounts, disk.name)
      },
      path: (...names: string[]) => join(disk.mountPoint, 'Berrysync', ...names),
      async attach({ name: called = disk.name, readOnly = false } = {}) {
        await plugOut()
        await plugIn()
        disk.name = called
        await mkdir(disk.mountPoint, { recursive: true })
        await chmod(disk.mountPoint, 0o555)
        const how = ['-o', readOnly ? 'ro' : 'rw', `/dev/${device}`, disk.mountPoint]
        if (kind === 'ext4') await run('mount', ['-t', 'ext4', ...how], { env })
        else await run('mount.exfat-fuse', how, { env })
        if (!readOnly) await mkdir(disk.path(), { recursive: true })
        numbers = (await stat(disk.mountPoint)).dev
        await tell({ state: 'attached', mountPoint: disk.mountPoint, readOnly })
      },
      async pull(noticedMs = 0) {
        if (kind === 'ext4') await shutDown(disk.mountPoint)
        await new Promise((resume) => setTimeout(resume, noticedMs))
        await rm(factsFile())
        await run('umount', ['-l', disk.mountPoint], { env })
        disk.state = 'failed'
        await plugOut()
      },
      async isOpenIn(processId) {
        const handles = `/proc/${processId}/fd`
        for (const handle of await readdir(handles)) {
          const at = await stat(join(handles, handle)).catch(() => undefined)
          if (at?.dev === numbers) return true
        }
        return false
      },
      async unmount() {
        await run('umount', [disk.mountPoint], { env })
        await tell({ state: 'ejected' })
      },
    }
    disks.push(disk)
    made.defer(async () => {
      if (disk.state === 'attached') await run('umount', ['-l', disk.mountPoint], { env })
      await plugOut()
    })
    return disk
  }

  async function answer(socket: Socket): Promise<void> {
    for await (const line of createInterface({ input: socket })) {
      const { verb, device } = JSON.parse(line) as { verb: string; device: string }
      asked.push(verb)
      const disk = disks.find((one) => one.device === device)
      if (scene.failNext !== undefined) {
        const error = {
          code: scene.failNext,
          message: 'as the test wants',
          data: { disk: device, users: 'a test' },
        }
        scene.failNext = undefined
        socket.end(`${JSON.stringify({ error })}\n`)
        return
      }
      socket.write(`${JSON.stringify({ progress: 0.5 })}\n`)
      if (verb === 'eject') await disk!.unmount()
      if (verb === 'attach') await disk!.attach()
      if (verb === 'repair') {
        await disk!.unmount()
        await disk!.attach()
      }
      const done = scene.answers[verb] ?? (verb === 'prepare' || verb === 'erase' ? { device } : {})
      socket.end(`${JSON.stringify({ done })}\n`)
      return
    }
  }

  const server = createServer((socket) => {
    // Whoever asked may have gone.
    socket.on('error', () => undefined)
    answer(socket).catch((error) =>
      socket.end(
        `${JSON.stringify({ error: { code: 'internal', message: String(error), data: { reason: String(error) } } })}\n`,
      ),
    )
  })
  await new Promise<void>((listening) => server.listen(paths.socket, listening))
  made.defer(() => new Promise<void>((closed) => void server.close(() => closed())))

  const scene: Scene = {
    ...{ paths, packaged, makeDisk, asked, failNext: undefined, answers: {} },
    program: ['env', `BERRYSYNC_APPLIANCE_ROOT=${root}`, programPath],
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  }
  return scene
}

/** The kernel's own way to have a file system fail everything from now on, which is what it does when the device below it goes. */
async function shutDown(path: string): Promise<void> {
  // The number is EXT4_IOC_SHUTDOWN, and 2 its flag not to write anything more.
  const script =
    'open(F, "<", $ARGV[0]) or die $!; my $how = pack("L", 2); ioctl(F, 0x8004587d, $how) or die $!'
  await run('perl', ['-e', script, path], { env })
}
