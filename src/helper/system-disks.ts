/**
 * The disks this machine runs from: whatever is mounted outside of the mount root, or swapped to, with everything below it down to the
 * disk. Such a disk is never offered, attached, or destroyed.
 */
import { readdir, readFile, realpath } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { Places } from './surroundings.ts'

export interface Mount {
  readonly mountPoint: string
  /** `8:17`; of btrfs not that of the device. */
  readonly number: string
  /** Mostly `/dev/sdb1`. */
  readonly source: string
  readonly kind: string
  readonly isReadOnly: boolean
}

/** The lines of `/proc/self/mountinfo` (proc(5)). Of several mounts upon each other the last counts, and comes last. */
export function parseMounts(mountinfo: string): Mount[] {
  return mountinfo
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ')
      const [, , number = '', , mountPoint = '', options = ''] = before.split(' ')
      const [kind = '', source = '', superOptions = ''] = after.split(' ')
      const isReadOnly = [options, superOptions].some((list) => list.split(',').includes('ro'))
      return {
        mountPoint: unescapeOctal(mountPoint),
        number,
        source: unescapeOctal(source),
        kind,
        isReadOnly,
      }
    })
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}

export async function readMounts({ proc }: Places): Promise<Mount[]> {
  return parseMounts(await readFile(`${proc}/self/mountinfo`, 'utf8'))
}

export function isBelow(path: string, directory: string): boolean {
  return path.startsWith(`${directory}/`)
}

/** Names of whole disks. */
export async function findSystemDisks(places: Places): Promise<Set<string>> {
  const own = (await readMounts(places)).filter(({ mountPoint }) => !isBelow(mountPoint, places.mounts))
  const starts = own.flatMap(({ number, source }) => [
    `${places.sys}/dev/block/${number}`,
    ...(source.startsWith('/dev/') ? [`${places.sys}/class/block/${basename(source)}`] : []),
  ])
  const swaps = await readFile(`${places.proc}/swaps`, 'utf8').catch(() => '')
  for (const [, name] of swaps.matchAll(/^\/dev\/(\S+)/gm)) starts.push(`${places.sys}/class/block/${name}`)
  const disks = new Set<string>()
  for (const start of new Set(starts)) await addDisks(start, disks)
  return disks
}

/** A path of sysfs that leads to a block device, or to none (a `tmpfs` has a number, too). */
async function addDisks(start: string, disks: Set<string>): Promise<void> {
  const device = await realpath(start).catch(() => undefined)
  if (device === undefined) return
  const disk = await diskOf(device)
  if (disks.has(basename(disk))) return
  disks.add(basename(disk))
  const below = [...(await listed(`${device}/slaves`)), ...(await listed(`${disk}/slaves`))]
  for (const path of below) await addDisks(path, disks)
}

/** The directory of the disk that a block device of sysfs is, or is a partition of. */
async function diskOf(device: string): Promise<string> {
  const names = await listed(device)
  return names.includes(`${device}/partition`) ? dirname(device) : device
}

async function listed(directory: string): Promise<string[]> {
  return (await readdir(directory).catch(() => [])).map((name) => `${directory}/${name}`)
}

/** The name of the disk of a device; undefined when there is no such device now. */
export async function diskNameOf({ sys }: Places, device: string): Promise<string | undefined> {
  const path = await realpath(`${sys}/class/block/${device}`).catch(() => undefined)
  return path === undefined ? undefined : basename(await diskOf(path))
}
