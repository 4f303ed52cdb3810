import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { startMesh } from '../testing/mesh.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'

test('a file moved at one node and edited at another while apart: the edit arrives where the file went', async () => {
  await using root = await makeTempDirectory()
  await using mesh = await startMesh(root.path, [
    { name: 'one' },
    { name: 'two' },
    { name: 'reader', role: 'read-only' },
  ])
  const [mover, editor, reader] = mesh.members
  await mkdir(mover!.path('dir'))
  await writeFile(mover!.path('dir/moved.txt'), 'first')
  await mesh.settle()
  await Promise.all([mover!.end(), editor!.end()])
  await rename(mover!.path('dir/moved.txt'), mover!.path('dir/moved away.txt'))
  await writeFile(editor!.path('dir/moved.txt'), 'edited where it was')
  await editor!.restart()
  await mesh.settle({ only: [editor!, reader!] })
  await mover!.restart()
  expect(await mesh.differences({ seconds: 90 })).toEqual([])
  expect(await readdir(mover!.path('dir'))).toEqual(['moved away.txt'])
  expect(await readFile(mover!.path('dir/moved away.txt'), 'utf8')).toBe('edited where it was')
})
