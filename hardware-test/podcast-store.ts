/** The disk with podcasts that most cases work with: plugged in once a start, with folders made through the web interface, and a reader of them here. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type FolderLook, folderView } from '../src/appliance/device-view.ts'
import type { TestDisk } from './board.ts'
import type { Scene } from './case.ts'
import { makeDisk } from './disk-files.ts'
import { plugAndSee } from './disks-seen.ts'
import { eventually } from './eventually.ts'

const diskKey = 'podcast disk'
const mebibytes = 2048
const peerPort = 4444

export interface PodcastDisk {
  readonly disk: TestDisk
  readonly mountPoint: string
  /** The directory for folders. */
  readonly root: string
}

export interface PodcastFolder {
  readonly name: string
  readonly path: string
  readonly full: string
  readonly readOnly: string
}

/** Plugs it in the first time. */
export async function podcastDisk(scene: Scene): Promise<PodcastDisk> {
  const known = scene.kept.get(diskKey)
  if (known !== undefined) return known as PodcastDisk
  const disk: TestDisk = {
    id: 'podcasts',
    what: 'the disk with podcasts (ext4, empty)',
    file: join(scene.board.scratch, 'podcasts.img'),
  }
  await makeDisk('ext4', { file: disk.file, mebibytes, label: 'podcasts' })
  const { mountPoint } = await plugAndSee(scene, disk, ['attached'])
  const made: PodcastDisk = { disk, mountPoint: mountPoint!, root: join(mountPoint!, 'Berrysync') }
  scene.kept.set(diskKey, made)
  return made
}

/** A new folder in a new directory. */
export async function makeFolder({ device }: Scene, root: string, name: string): Promise<PodcastFolder> {
  await device.send('POST', '/api/directories', { parent: root, name })
  const path = join(root, name)
  const { full, readOnly } = await device.send('POST', '/api/folders', { path })
  return { name, path, full, readOnly }
}

/** Where the device takes links. */
export function peerAddress({ board }: Scene): string {
  return `${board.address}:${peerPort}`
}

/** Runs as the daemon's user, so that what it writes is of the kind the daemon can deal with. */
export function asOwner(script: string): string {
  return `runuser -u berrysync -- sh -ec '${script.replaceAll("'", `'\\''`)}'`
}

/** Writes a file of the folder on the device whose content is known here, too; returns its SHA-256. */
export async function writeEpisode(
  { board }: Scene,
  file: string,
  line: string,
  bytes: number,
): Promise<string> {
  await board.shell(asOwner(`yes '${line}' 2>/dev/null | head -c ${bytes} > '${file}'`), 120)
  return createHash('sha256')
    .update(Buffer.alloc(bytes, `${line}\n`))
    .digest('hex')
}

/** What the device says of a folder. */
export async function folderSeen({ device }: Scene, path: string) {
  const { folders } = await device.get('/api/status')
  const found = folders.find((folder: { path: string }) => folder.path === path)
  if (found === undefined) throw new Error(`the device does not know ${path}`)
  return found
}

/** Waits until the device has no work on any folder and sends nothing: one whose disk is pulled asks for none. */
export function deviceAtRest(scene: Scene, limitSeconds: number): Promise<unknown> {
  return eventually(
    'the device has nothing to do',
    async () =>
      (await scene.device.get('/api/status')).folders.every(
        (folder: FolderLook) => ['up-to-date', 'halted'].includes(folder.state) && !folderView(folder).isBusy,
      ),
    limitSeconds,
  )
}
