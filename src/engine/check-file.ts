/**
 * Reads one file again and finds what the disk has damaged: its stat is just what is remembered and its content is not. What has another stat
 * is for the scan to look at. A piece at a time, so that a large file holds up nobody.
 */
import { blockCount, blockHashBytes, blockRange, blockSizeFor, isBlockListOf } from '../core/blocks.ts'
import type { Damage } from '../core/damage.ts'
import { isSyncError } from '../core/errors.ts'
import type { RelPath } from '../core/path.ts'
import { pieceFrom, rootWith, wrongBlocks } from '../core/scrub.ts'
import { isSameStat } from '../core/stat.ts'
import type { Here } from '../store/folder-store.ts'
import type { FolderContext } from './folder-context.ts'
import { checkRoot } from './safety.ts'

/** What a piece came to. */
export interface Piece {
  readonly bytes: number
  /** Nothing of the file is left to read. */
  readonly isLast: boolean
  /** What lies there now, where that is not what should. */
  readonly damage?: Damage
}

export interface FileCheck {
  readonly path: RelPath
  readonly here: Here
  /** Reads the next piece. Throws what keeps the folder from being read. */
  read(): Promise<Piece>
}

/** Nobody can tell: the file is not what it was any more, and is looked at by others. */
const left: Piece = { bytes: 0, isLast: true }
const unreadable: Piece = { bytes: 0, isLast: true, damage: 'unreadable' }

export function checkFile(context: FolderContext, path: RelPath, here: Here): FileCheck {
  const { store, disk } = context
  const { sizeBytes } = here
  const blockSizeBytes = blockSizeFor(sizeBytes)
  const blocks = blockCount(sizeBytes, blockSizeBytes)
  const wrong = new Map<number, Uint8Array>()
  let nextBlock = 0

  async function read(): Promise<Piece> {
    const now = store.state(path)?.here
    // Replaced, looked at again or gone meanwhile: it was read then.
    if (now === undefined || !now.verified || now.root !== here.root || !isSameStat(now, here)) return left
    const list = blockList()
    if (list === undefined) return readWhole()
    const { first, count } = pieceFrom(sizeBytes, nextBlock)
    if (count === 0) return readAgain(list, 0)
    const hashes = await readBlocks(first, count)
    if (!(hashes instanceof Uint8Array)) return hashes
    for (const [block, hash] of wrongBlocks(list, hashes, first)) wrong.set(block, hash)
    nextBlock = first + count
    const { offsetBytes } = blockRange(first, sizeBytes, blockSizeBytes)
    const bytes = Math.min(count * blockSizeBytes, sizeBytes - offsetBytes)
    return nextBlock === blocks ? readAgain(list, bytes) : { bytes, isLast: false }
  }

  /** As far as it is known here. */
  function blockList(): Uint8Array | undefined {
    const hashes = store.blocks(here.root)?.hashes
    const isRight = hashes !== undefined && isBlockListOf(hashes, here.root, sizeBytes, blockSizeBytes)
    return isRight ? hashes : sizeBytes === 0 ? new Uint8Array() : undefined
  }

  /** A file without a list, which is made again then. */
  async function readWhole(): Promise<Piece> {
    const hashes = await readBlocks(0, blocks)
    if (!(hashes instanceof Uint8Array)) return hashes
    const root = rootWith(hashes, new Map())
    if (root !== here.root) return { bytes: sizeBytes, isLast: true, damage: root }
    store.addBlocks(root, blockSizeBytes, hashes)
    return { bytes: sizeBytes, isLast: true }
  }

  /** All of it was read. What was wrong is read once more before it is believed. */
  async function readAgain(list: Uint8Array, bytes: number): Promise<Piece> {
    for (const block of [...wrong.keys()]) {
      const again = await readBlocks(block, 1)
      if (!(again instanceof Uint8Array)) return { ...again, bytes }
      const expected = list.subarray(block * blockHashBytes, (block + 1) * blockHashBytes)
      if (Buffer.compare(again, expected) === 0) wrong.delete(block)
      else wrong.set(block, again)
    }
    return { bytes, isLast: true, ...(wrong.size > 0 && { damage: rootWith(list, wrong) }) }
  }

  async function readBlocks(first: number, count: number): Promise<Uint8Array | Piece> {
    try {
      let hashes = await disk.hashBlocks(path, here.diskPath, here, first, count)
      // A cable that was touched is no damage, and neither is a disk that was pulled.
      if (hashes === 'unreadable') {
        await checkRoot(context)
        hashes = await disk.hashBlocks(path, here.diskPath, here, first, count)
      }
      if (hashes !== 'unreadable') return hashes
      const look = await disk.look(path, here.diskPath)
      if (look.state === 'present' && isSameStat(look.found.stat, here)) return unreadable
    } catch (error) {
      if (!isSyncError(error, 'changing') && !isSyncError(error, 'unreadable')) throw error
    }
    context.markDirty(here.diskPath)
    return left
  }

  return { path, here, read }
}
