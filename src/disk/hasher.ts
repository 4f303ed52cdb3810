/**
 * Hashes the blocks of open files. Disks share one hasher, so that several folders do not hash against each other.
 */
import type { OpenFile } from './files.ts'

export interface Hasher extends AsyncDisposable {
  /**
   * SHA-256 of each block of the first `sizeBytes`, 32 bytes a block; undefined when the file ends before that.
   * The file must stay open until then.
   */
  hash(file: OpenFile, sizeBytes: number, blockSizeBytes: number): Promise<Uint8Array | undefined>
}
