/**
 * Versions and vectors as columns of the records table, read back exactly. Ids are bytes in the database and hexadecimal text in
 * memory.
 */
import { type ContentRoot, idToBytes, toId } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import type { Kind, Version, VersionVector } from '../core/version.ts'

/** The columns of a version, named as in the schema. Integers are read as bigint. */
export interface VersionRow {
  readonly id: Buffer
  readonly path: string
  readonly kind: string
  readonly root: Buffer
  readonly size: bigint
  readonly block_size: bigint
  readonly mtime: string
  readonly executable: bigint
  readonly link_target: string
  readonly file_id: Buffer
  readonly vector: Buffer
  readonly writer: Buffer
  readonly epoch: Buffer
  readonly device_name: string
  readonly replaced_kind: string | null
  readonly replaced_root: Buffer | null
  readonly moved_to: string | null
}

export const versionColumns: readonly (keyof VersionRow)[] = [
  'id',
  'path',
  'kind',
  'root',
  'size',
  'block_size',
  'mtime',
  'executable',
  'link_target',
  'file_id',
  'vector',
  'writer',
  'epoch',
  'device_name',
  'replaced_kind',
  'replaced_root',
  'moved_to',
]

export function versionToRow(version: Version): Readonly<Record<keyof VersionRow, unknown>> {
  return {
    id: idToBytes(version.id),
    path: version.path,
    kind: version.kind,
    root: idToBytes(version.root),
    size: version.sizeBytes,
    block_size: version.blockSizeBytes,
    mtime: version.mtimeNs.toString(),
    executable: Number(version.executable),
    link_target: version.linkTarget,
    file_id: idToBytes(version.fileId),
    vector: vectorToBytes(version.vector),
    writer: idToBytes(version.writer),
    epoch: idToBytes(version.epoch),
    device_name: version.deviceName,
    replaced_kind: version.replaced?.kind ?? null,
    replaced_root: version.replaced === undefined ? null : idToBytes(version.replaced.root),
    moved_to: version.movedTo ?? null,
  }
}

export function rowToVersion(row: VersionRow): Version {
  return {
    id: toId('RecordId', row.id),
    path: row.path as RelPath,
    kind: row.kind as Kind,
    root: bytesToRoot(row.root),
    sizeBytes: Number(row.size),
    blockSizeBytes: Number(row.block_size),
    mtimeNs: BigInt(row.mtime),
    executable: row.executable === 1n,
    linkTarget: row.link_target,
    fileId: toId('FileId', row.file_id),
    vector: bytesToVector(row.vector),
    writer: toId('WriterId', row.writer),
    epoch: toId('Epoch', row.epoch),
    deviceName: row.device_name,
    ...(row.replaced_kind !== null &&
      row.replaced_root !== null && {
        replaced: { kind: row.replaced_kind as Kind, root: bytesToRoot(row.replaced_root) },
      }),
    ...(row.moved_to !== null && { movedTo: row.moved_to as RelPath }),
  }
}

/** The root of directories and deletions is no bytes at all. */
export function bytesToRoot(bytes: Buffer): ContentRoot {
  return bytes.toString('hex') as ContentRoot
}

const writerBytes = 8
const entryBytes = writerBytes + 8

/** Entries one after another in their order: writer, then counter, 8 bytes each. */
function vectorToBytes(vector: VersionVector): Buffer {
  const bytes = Buffer.alloc(vector.size * entryBytes)
  let offset = 0
  for (const [writer, counter] of vector) {
    bytes.write(writer, offset, 'hex')
    bytes.writeBigUInt64BE(BigInt(counter), offset + writerBytes)
    offset += entryBytes
  }
  return bytes
}

function bytesToVector(bytes: Buffer): VersionVector {
  if (bytes.length % entryBytes !== 0) throw new Error(`no vector has ${bytes.length} bytes`)
  const vector = new Map()
  for (let offset = 0; offset < bytes.length; offset += entryBytes) {
    const writer = toId('WriterId', bytes.subarray(offset, offset + writerBytes))
    vector.set(writer, Number(bytes.readBigUInt64BE(offset + writerBytes)))
  }
  return vector
}
