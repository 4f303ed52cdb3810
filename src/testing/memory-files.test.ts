import { expect, test } from 'vitest'
import { filesContract } from './files-contract.ts'
import { createMemoryDisk, errnoError, type MemoryOptions } from './memory-files.ts'

function underTest(options: MemoryOptions) {
  return async () => {
    const disk = createMemoryDisk(options)
    return {
      files: disk.files(),
      hardLinks: options.hardLinks ?? true,
      async swapForLink(name: string) {
        disk.person.rename(name, `elsewhere`)
        disk.person.symlink('elsewhere', name)
      },
      async [Symbol.asyncDispose]() {
        disk.setPresent(false)
      },
    }
  }
}

filesContract('memory files', underTest({}))
filesContract('memory files without hard links', underTest({ hardLinks: false }))

test('a power cut loses what was not synced, and keeps what was', async () => {
  const disk = createMemoryDisk()
  using root = await disk.files().openRoot()
  for (const name of ['content-only', 'name-only', 'both']) {
    await using file = await root.create(name, 0o666)
    await file.write(0, Buffer.from('text'))
    if (name !== 'name-only') await file.sync()
    if (name === 'name-only') await root.sync()
  }
  disk.person.writeFile('person', 'mine')
  disk.powerCut()
  expect(disk.person.tree().map(({ path, data }) => `${path}: ${data}`)).toEqual([
    'content-only: text',
    'name-only: ',
    'person: mine',
  ])
})

test('a power cut keeps what it is told to keep', async () => {
  const disk = createMemoryDisk()
  using root = await disk.files().openRoot()
  await using file = await root.create('a', 0o666)
  await file.write(0, Buffer.from('text'))
  disk.powerCut((path) => path === '' || path === 'a')
  expect(disk.person.readFile('a').toString()).toBe('text')
})

test('a gate can make an operation fail', async () => {
  const disk = createMemoryDisk()
  const files = disk.files(async (operation, path) => {
    if (operation === 'create') throw errnoError('EIO', path)
  })
  using root = await files.openRoot()
  await expect(root.create('a', 0o666)).rejects.toMatchObject({ code: 'EIO' })
  expect(await root.list()).toEqual([])
})

test('a full, a read-only and a pulled disk say so', async () => {
  const disk = createMemoryDisk({ capacityBytes: 10 })
  const files = disk.files()
  using root = await files.openRoot()
  await using file = await root.create('a', 0o666)
  await expect(file.write(0, Buffer.alloc(11))).rejects.toMatchObject({ code: 'ENOSPC' })
  await file.write(0, Buffer.alloc(10))
  expect(await root.space()).toEqual({ freeBytes: 0, totalBytes: 10 })
  await root.unlink('a')
  expect(await root.space()).toEqual({ freeBytes: 10, totalBytes: 10 })
  disk.setReadOnly(true)
  await expect(root.mkdir('b', 0o777)).rejects.toMatchObject({ code: 'EROFS' })
  disk.setPresent(false)
  await expect(root.list()).rejects.toMatchObject({ code: 'EIO' })
  await expect(files.openRoot()).rejects.toMatchObject({ code: 'ENOENT' })
})
