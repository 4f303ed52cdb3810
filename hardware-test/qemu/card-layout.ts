/** Where the partitions of the image lie, read from its table (MBR). */
import { open } from 'node:fs/promises'

export interface Range {
  readonly offset: number
  readonly length: number
}

export interface CardLayout {
  readonly boot: Range
  readonly root: Range
  readonly state: Range
}

const sectorBytes = 512
const tableAt = 446
const entryBytes = 16

export async function readLayout(file: string): Promise<CardLayout> {
  await using handle = await open(file)
  const sector = Buffer.alloc(sectorBytes)
  await handle.read(sector, 0, sectorBytes, 0)
  if (sector.readUInt16LE(510) !== 0xaa55) throw new Error(`${file} has no table of partitions`)
  const [boot, root, state] = [0, 1, 2].map((number) => {
    const at = tableAt + number * entryBytes
    return {
      offset: sector.readUInt32LE(at + 8) * sectorBytes,
      length: sector.readUInt32LE(at + 12) * sectorBytes,
    }
  })
  if (state!.length === 0) throw new Error(`${file} does not have three partitions`)
  return { boot: boot!, root: root!, state: state! }
}
