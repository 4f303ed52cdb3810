/** Block hash lists by content root. They are what they are named after, so a list never changes once it is here. */
import type { Database } from 'better-sqlite3'
import { idToBytes } from '../core/ids.ts'
import type { FolderStore } from './folder-store.ts'

export type Blocks = Pick<FolderStore, 'blocks' | 'addBlocks' | 'sweepBlocks'>

export function createBlocks(database: Database): Blocks {
  const insert = database.prepare(
    'INSERT INTO blocks (root, block_size, hashes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const select = database.prepare<[Buffer], { block_size: number; hashes: Buffer }>(
    'SELECT block_size, hashes FROM blocks WHERE root = ?',
  )
  const sweep = database.prepare(
    `DELETE FROM blocks WHERE root NOT IN (
       SELECT root FROM records UNION ALL SELECT here_root FROM paths WHERE here_kind = 'file'
     )`,
  )

  return {
    blocks(root) {
      const row = select.get(idToBytes(root))
      return row && { blockSizeBytes: row.block_size, hashes: row.hashes }
    },
    addBlocks(root, blockSizeBytes, hashes) {
      insert.run(idToBytes(root), blockSizeBytes, hashes)
    },
    sweepBlocks() {
      sweep.run()
    },
  }
}
