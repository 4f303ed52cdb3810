import { mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filesContract } from '../testing/files-contract.ts'
import { realFiles } from './real-files.ts'

filesContract('real files', async () => {
  const base = await mkdtemp(join(tmpdir(), 'berrysync-'))
  const path = join(base, 'folder')
  await mkdir(path)
  return {
    files: realFiles(path),
    hardLinks: true,
    async swapForLink(name: string) {
      await rename(join(path, name), join(base, 'moved'))
      await mkdir(join(base, 'outside'))
      await symlink(join(base, 'outside'), join(path, name))
    },
    async [Symbol.asyncDispose]() {
      await rm(base, { recursive: true })
    },
  }
})
