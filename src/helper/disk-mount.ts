/**
 * Mounts a disk and unmounts it. The mount point is root's and 0555, so that where nothing is mounted nobody can write (A4). With systemd
 * the mount is bound to the device; it goes when that goes. Must not be told a path by anybody: names come from `mount-names`.
 */
import { chmod, lstat, mkdir, readdir, readFile, readlink, rmdir } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { cleanText } from './clean-text.ts'
import type { MountType } from './mount-options.ts'
import type { Surroundings } from './surroundings.ts'
import { isBelow, type Mount, readMounts } from './system-disks.ts'

/** ntfs3 and a failing disk can take their time. */
const mountTimeoutMs = 120_000
const unmountTries = 8
const unmountPauseMs = 500
/** Enough for a person to see who it is. */
const maxHolders = 4

/** Gives whether it is mounted now. A failure is told in the log, in the kernel's words. */
export async function mountDisk(
  { places, run, services, log }: Surroundings,
  device: string,
  mountPoint: string,
  { type, options }: MountType,
): Promise<boolean> {
  await makeMountPoint(places.mounts, mountPoint)
  const path = `${places.dev}/${device}`
  // The daemon ends before the disk goes: without the default dependencies it stays mounted until all services have stopped.
  const bound = [
    '--collect',
    '--bind-device',
    '--no-ask-password',
    '--fsck=no',
    '--automount=no',
    '-p',
    'LazyUnmount=yes',
  ]
  const [name, args] = services.isSystemd
    ? [
        'systemd-mount',
        [...bound, '-p', 'DefaultDependencies=no', '-t', type, '-o', options, path, mountPoint],
      ]
    : ['mount', ['-t', type, '-o', options, path, mountPoint]]
  const result = await run(name as string, args as string[], { timeoutMs: mountTimeoutMs })
  const mounts = await mountsAt(places, mountPoint)
  const number = (await readFile(`${places.sys}/class/block/${device}/dev`, 'utf8').catch(() => '')).trim()
  // Several at one place: what is on top is not for certain ours.
  if (mounts.length === 1 && (mounts[0]!.number === number || mounts[0]!.source === path)) return true
  log(
    `${device} was not mounted as ${type} (${options}): ${cleanText(result.stderr, 500) ?? result.exitCode}`,
  )
  return false
}

async function makeMountPoint(root: string, mountPoint: string): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o555 })
  await mkdir(mountPoint, { mode: 0o555 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  const { mode, uid } = await lstat(mountPoint)
  if ((mode & 0o7777) !== 0o555 && uid === 0) await chmod(mountPoint, 0o555)
}

export async function mountsAt(places: Surroundings['places'], mountPoint: string): Promise<Mount[]> {
  return (await readMounts(places)).filter((mount) => mount.mountPoint === mountPoint)
}

/** Flushes and unmounts, patiently. Gives who still uses it, as far as that can be seen; undefined when it is done. */
export async function unmountDisk(
  surroundings: Surroundings,
  mountPoint: string,
): Promise<string | undefined> {
  const { places, run } = surroundings
  for (let attempt = 1; ; attempt++) {
    if ((await mountsAt(places, mountPoint)).length === 0) return undefined
    const { exitCode } = await run('umount', ['--', mountPoint], { timeoutMs: mountTimeoutMs })
    if (exitCode === 0) continue
    if (attempt >= unmountTries) return (await findHolders(places, mountPoint)).join(', ') || 'a program'
    await pause(unmountPauseMs)
  }
}

/** Takes away what can only hang: the device is gone. */
export async function dropMount({ places, run }: Surroundings, mountPoint: string): Promise<void> {
  for (let attempt = 1; attempt <= unmountTries; attempt++) {
    if ((await mountsAt(places, mountPoint)).length === 0) break
    await run('umount', ['--lazy', '--', mountPoint], { timeoutMs: mountTimeoutMs })
  }
  await removeMountPoint(mountPoint)
}

/** Only an empty directory, on which nothing is mounted, can be removed so. */
export async function removeMountPoint(mountPoint: string): Promise<void> {
  await rmdir(mountPoint).catch(() => undefined)
}

/** Names of processes that have something open there. Only links are read, so that a dead disk cannot hold this up. */
async function findHolders({ proc }: Surroundings['places'], mountPoint: string): Promise<string[]> {
  const holders: string[] = []
  const ids = (await readdir(proc)).filter((name) => /^\d+$/.test(name))
  for (const id of ids) {
    if (holders.length >= maxHolders) break
    const handles = await readdir(`${proc}/${id}/fd`).catch(() => [])
    const links = [
      `${proc}/${id}/cwd`,
      `${proc}/${id}/root`,
      ...handles.map((handle) => `${proc}/${id}/fd/${handle}`),
    ]
    const targets = await Promise.all(links.map((link) => readlink(link).catch(() => '')))
    if (!targets.some((target) => target === mountPoint || isBelow(target, mountPoint))) continue
    const name = cleanText(await readFile(`${proc}/${id}/comm`, 'utf8').catch(() => ''), 40)
    holders.push(`${name ?? 'a program'} (${id})`)
  }
  return holders
}
