/** Records and stats to put into a store in tests, plain and made from small numbers. Nothing here is signed. */
import { randomBytes } from 'node:crypto'
import {
  type AuthorKey,
  type ContentRoot,
  type Epoch,
  type FileId,
  noContent,
  type RecordId,
  sha256,
  type WriterId,
} from '../core/ids.ts'
import { type RelPath, textToPath } from '../core/path.ts'
import type { SignedRecord } from '../core/record.ts'
import type { Version } from '../core/version.ts'
import type { Here } from '../store/folder-store.ts'

export function pathOf(text: string): RelPath {
  const path = textToPath(text)
  if (path === undefined) throw new Error(`assertion: ${text} is no path`)
  return path
}

/** An id or hash of that many bytes, the same for the same name. */
export function idOf<T extends string>(name: string, bytes: number): T {
  return sha256(name).subarray(0, bytes).toString('hex') as T
}

export const recordIdOf = (name: string): RecordId => idOf(`record ${name}`, 32)
export const rootOf = (name: string): ContentRoot => idOf(`root ${name}`, 32)
export const writerOf = (name: string): WriterId => idOf(`writer ${name}`, 8)

export function versionOf(
  path: string,
  changes: Partial<Version> & { readonly name?: string } = {},
): Version {
  const { name = path, ...given } = changes
  const kind = given.kind ?? 'file'
  const hasContent = kind === 'file' || kind === 'link'
  return {
    id: recordIdOf(name),
    path: pathOf(path),
    kind,
    root: hasContent ? rootOf(name) : noContent,
    sizeBytes: hasContent ? 1000 : 0,
    blockSizeBytes: kind === 'file' ? 131072 : 0,
    mtimeNs: hasContent ? 1_700_000_000_123_456_789n : 0n,
    executable: false,
    linkTarget: kind === 'link' ? 'elsewhere' : '',
    fileId: idOf<FileId>(`file ${name}`, 16),
    vector: new Map([[writerOf('a'), 1]]),
    writer: writerOf('a'),
    epoch: idOf<Epoch>('epoch', 8),
    deviceName: 'kitchen',
    ...given,
  }
}

export function recordOf(version: Version): SignedRecord {
  return {
    version,
    body: Buffer.from(`body of ${version.id}`),
    proof: {
      author: idOf<AuthorKey>(`author ${version.writer}`, 32),
      index: 3,
      count: 7,
      siblings: Buffer.alloc(96, version.id.slice(0, 2), 'hex'),
      signature: Buffer.alloc(64, version.id.slice(2, 4), 'hex'),
    },
  }
}

/** What lies at a path once this version was written there. */
export function hereOf(version: Version, changes: Partial<Here> = {}): Here {
  if (version.kind === 'deleted') throw new Error('assertion: a deletion lies nowhere')
  return {
    kind: version.kind,
    root: version.root,
    diskPath: version.path,
    sizeBytes: version.sizeBytes,
    mtimeNs: version.mtimeNs,
    ctimeNs: version.mtimeNs + 17n,
    inode: 4711n,
    device: 2049n,
    executable: version.executable,
    verified: true,
    ...changes,
  }
}

export const storeOptions = { random: (count: number): Uint8Array => randomBytes(count) }
