/** The disks of the device, as its owner sees them in the web interface. */

import type { Board, TestDisk } from './board.ts'
import type { Scene } from './case.ts'
import { eventually } from './eventually.ts'

/** As far as cases look at it. */
export interface SeenDisk {
  readonly device: string
  readonly name: string
  readonly serial?: string
  readonly sizeBytes: number
  readonly sequence: number
  readonly state: string
  readonly mountPoint?: string
  readonly readOnly: boolean
  readonly reason?: string
  readonly freeBytes?: number
}

/** A check of the file system and a slow start of the helper are in it. */
const seenSeconds = 90

export async function listDisks({ device }: Pick<Scene, 'device'>): Promise<readonly SeenDisk[]> {
  return (await device.get('/api/disks')).disks
}

/** Resolves with the disk as soon as it is seen in one of these states. */
export function seenAs(
  scene: Scene,
  disk: TestDisk,
  states: readonly string[],
  limitSeconds = seenSeconds,
): Promise<SeenDisk> {
  const isIt = ({ serial }: SeenDisk) => serial === (disk.serial ?? disk.id)
  let last = ''
  return eventually(
    `${disk.what} is ${states.join(' or ')}`,
    async () => {
      const disks = (await listDisks(scene)).filter(isIt)
      const found = disks.find(({ state }) => states.includes(state))
      last = JSON.stringify(disks)
      if (found === undefined) throw new Error(`seen: ${last}`)
      return found
    },
    limitSeconds,
  )
}

export async function plugAndSee(scene: Scene, disk: TestDisk, states: readonly string[]): Promise<SeenDisk> {
  await scene.board.plug(disk)
  return seenAs(scene, disk, states)
}

export async function pullAndSee(scene: Scene, disk: TestDisk): Promise<void> {
  await scene.board.pull(disk)
  await eventually(
    `${disk.what} is gone`,
    async () => (await listDisks(scene)).every(({ serial }) => serial !== (disk.serial ?? disk.id)),
    seenSeconds,
  )
}

/** What the kernel counted of a disk: reads and writes, by its name. */
export async function accessesOf(board: Board, device: string): Promise<number> {
  const fields = (await board.shell(`cat /sys/class/block/${device}/stat`)).trim().split(/\s+/).map(Number)
  return fields[0]! + fields[4]!
}
