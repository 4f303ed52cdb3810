/**
 * A Debian that is started with its own systemd in a container, for tests of the package. Made of a root kept from earlier; ends, with all that runs in
 * it, when it is disposed of. Programs are run in it by its own namespaces, because a container that nobody registered has no other door.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { cacheDirectory } from './places.ts'
import { run } from './run.ts'

/** As much as a small Debian has where somebody installs the package. */
const packages =
  'systemd-sysv,dbus,udev,procps,libstdc++6,libgcc-s1,e2fsprogs,fdisk,iproute2,curl,avahi-daemon'

const bootLimitMs = 180_000
const stopLimitMs = 30_000

export interface Container extends AsyncDisposable {
  readonly rootDirectory: string
  /** Returns what the program printed and what it ended with. */
  execute(...command: string[]): { readonly status: number; readonly output: string }
}

/** `prepare` changes the root before it is started. */
export async function startContainer(prepare: (rootDirectory: string) => void): Promise<Container> {
  const directory = mkdtempSync(join(cacheDirectory, 'container-'))
  const rootDirectory = join(directory, 'root')
  let process: ChildProcess | undefined
  try {
    mkdirSync(rootDirectory)
    run('tar', ['-xf', cachedRoot(), '--numeric-owner', '-C', rootDirectory])
    prepare(rootDirectory)
    process = spawn(
      'systemd-nspawn',
      [
        '--quiet',
        '--boot',
        '--register=no',
        '--keep-unit',
        '--private-network',
        '--console=read-only',
        '--directory',
        rootDirectory,
      ],
      // Its systemd knows nothing but the unified hierarchy, whatever this machine has.
      {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...globalThis.process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' },
      },
    )
    const leader = await leaderOf(process)
    const execute = (...command: string[]) => enter(leader, command)
    await booted(execute)
    return { rootDirectory, execute, [Symbol.asyncDispose]: () => stop(process!, leader, directory) }
  } catch (error) {
    process?.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
    throw error
  }
}

function cachedRoot(): string {
  const file = join(cacheDirectory, 'roots', 'container-amd64.tar')
  if (existsSync(file)) return file
  mkdirSync(join(file, '..'), { recursive: true })
  const mirror = run('bash', ['-ec', '. pi-gen-config/debian-mirror; printf %s "$DEBIAN_MIRROR"'], {
    capture: true,
  })
  run('mmdebstrap', [
    ...['--quiet', '--mode=root', '--variant=minbase', '--components=main', '--skip=output/mknod'],
    ...[`--include=${packages}`, 'trixie', `${file}.begun.tar`, mirror],
  ])
  renameSync(`${file}.begun.tar`, file)
  return file
}

/** The first process of the container, which nspawn starts as its only child. */
async function leaderOf(process: ChildProcess): Promise<number> {
  for (const deadline = Date.now() + bootLimitMs; Date.now() < deadline; await pause(100)) {
    if (process.exitCode !== null) throw new Error(`systemd-nspawn ended with ${process.exitCode}`)
    const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
      .trim()
      .split(' ')
    const leader = children.map(Number).find((pid) => pid > 0 && nameOf(pid) === 'systemd')
    if (leader !== undefined) return leader
  }
  throw new Error('the container did not start')
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

function enter(leader: number, command: readonly string[]): { status: number; output: string } {
  const { status, stdout, error } = spawnSync('nsenter', ['--all', `--target=${leader}`, '--', ...command], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: '/usr/sbin:/usr/bin', LC_ALL: 'C.UTF-8' },
  })
  if (error !== undefined) throw error
  return { status: status ?? -1, output: stdout.trim() }
}

async function booted(execute: Container['execute']): Promise<void> {
  for (const deadline = Date.now() + bootLimitMs; Date.now() < deadline; await pause(500)) {
    const { output } = execute('systemctl', 'is-system-running')
    if (output === 'running' || output === 'degraded') return
  }
  throw new Error('the container was not up in time')
}

async function stop(process: ChildProcess, leader: number, directory: string): Promise<void> {
  const ended = new Promise<void>((resolve) => process.once('exit', () => resolve()))
  if (process.exitCode === null) {
    enter(leader, ['systemctl', 'poweroff', '--no-block'])
    await Promise.race([ended, pause(stopLimitMs)])
    if (process.exitCode === null) {
      process.kill('SIGKILL')
      await ended
    }
  }
  rmSync(directory, { recursive: true, force: true })
}
