/**
 * The place of a folder that somebody chose from afar, until it has been taken for the folder: opened only while it is the very directory that
 * whoever guards the places to choose from would open now. What is swapped for a link meanwhile leads nowhere.
 */
import { isSyncError } from '../core/errors.ts'
import type { FileStat, Files } from './files.ts'

/** Names a directory of this machine while it is there. */
export type DirectoryMark = Pick<FileStat, 'device' | 'inode'>

export interface ApprovedFiles extends Files {
  /** It has been taken, and bears the mark of the folder: from now on that tells (I10). */
  settle(): void
}

/** `approve` tells which directory lies there as it may be reached, and throws where none does. */
export function approvedFiles(files: Files, approve: () => Promise<DirectoryMark>): ApprovedFiles {
  let isSettled = false
  return {
    ...files,
    settle() {
      isSettled = true
    },
    async openRoot() {
      const root = await files.openRoot()
      try {
        if (!isSettled) await mustBe(await root.stat())
        return root
      } catch (error) {
        root[Symbol.dispose]()
        throw error
      }
    },
  }

  /** After it was opened: what is compared cannot be swapped any more. */
  async function mustBe({ device, inode }: DirectoryMark): Promise<void> {
    let approved: DirectoryMark | undefined
    try {
      approved = await approve()
    } catch (error) {
      if (!isSyncError(error)) throw error
      // As the file system would say it: the folder halts, and goes on when the right one is back.
      throw fileError(error.code === 'directory-missing' ? 'ENOENT' : 'EPERM', error.message)
    }
    if (approved.device !== device || approved.inode !== inode)
      throw fileError('EPERM', 'another directory lies there than was chosen')
  }
}

function fileError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
