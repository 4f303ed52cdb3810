/** What the real files do when the file system below them is gone. */
import { expect, test } from 'vitest'
import { makeLoopDisk } from '../testing/loop-disk.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { realFiles } from './real-files.ts'

test('a disk whose file system has died: what was open there is closed without a fault', async () => {
  await using root = await makeTempDirectory()
  await using disk = await makeLoopDisk(root.path, 'dead', 'exfat', 16)
  const files = realFiles(disk.path)
  const directory = await files.openRoot()
  const written = await directory.create('written', 0o600)
  await written.write(0, Buffer.from('not synced'))
  const synced = await directory.create('synced', 0o600)
  await synced.sync()
  await disk.cut()
  await expect(written.write(0, Buffer.from('later'))).rejects.toMatchObject({ code: 'ENOTCONN' })
  for (const file of [written, synced]) await expect(file[Symbol.asyncDispose]()).resolves.toBeUndefined()
  directory[Symbol.dispose]()
})
