/** A node with the read-only secret: receives, serves, and whatever is done there stays there. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startMesh } from '../testing/mesh.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

test('E6: what is done on a read-only node stays there, is shown, and can be undone one by one and all at once', async () => {
  await using root = await makeTempDirectory()
  await using mesh = await startMesh(root.path, [
    { name: 'writer' },
    { name: 'other' },
    { name: 'reader', role: 'read-only' },
  ])
  const [writer, other, reader] = mesh.members
  await mkdir(writer!.path('dir'))
  for (const name of ['kept', 'edited', 'deleted', 'renamed', 'dir/a', 'dir/b'])
    await writeFile(writer!.path(name), `${name} as the writer made it`)
  expect(await mesh.differences()).toEqual([])

  await writeFile(reader!.path('edited'), 'changed by the reader')
  await writeFile(reader!.path('added'), 'added by the reader')
  await mkdir(reader!.path('new dir'))
  await writeFile(reader!.path('new dir/inside'), 'added by the reader, too')
  await rm(reader!.path('deleted'))
  await rename(reader!.path('renamed'), reader!.path('renamed there'))
  await rm(reader!.path('dir'), { recursive: true })
  const shown = await until('the changes are shown', async () => {
    await mesh.settle()
    const { changes } = await reader!.daemon.askJson('restore', reader!.directory, '--list')
    return changes.length >= 10 && changes
  })
  const lines = (shown as { path: string; change: string }[]).map(({ path, change }) => `${change} ${path}`)
  expect(lines.sort()).toEqual(
    [
      'edited edited',
      'added added',
      'added new dir',
      'added new dir/inside',
      'deleted deleted',
      'deleted renamed',
      'added renamed there',
      'deleted dir',
      'deleted dir/a',
      'deleted dir/b',
    ].sort(),
  )
  expect((await reader!.status()).localChanges).toBe(shown.length)
  expect(await reader!.daemon.ask('status')).toContain('made here, which stay here')

  // Nowhere else, and the writers go on.
  await writeFile(writer!.path('kept'), 'changed by the writer')
  expect(await mesh.differences({ only: [writer!, other!] })).toEqual([])
  await mesh.settle()
  expect((await readdir(other!.directory)).sort()).toEqual(
    ['.sync', 'deleted', 'dir', 'edited', 'kept', 'renamed'].sort(),
  )
  expect(await readFile(other!.path('edited'), 'utf8')).toBe('edited as the writer made it')
  expect(await readFile(reader!.path('kept'), 'utf8')).toBe('changed by the writer')
  expect(await readFile(reader!.path('edited'), 'utf8')).toBe('changed by the reader')

  await reader!.daemon.ask('restore', reader!.directory, 'edited')
  await until(
    'the edit is undone',
    async () => (await readFile(reader!.path('edited'), 'utf8')) === 'edited as the writer made it',
  )
  expect(await readFile(reader!.path('added'), 'utf8')).toBe('added by the reader')
  await reader!.daemon.ask('restore', reader!.directory)
  expect(await mesh.differences()).toEqual([])
  expect((await reader!.status()).localChanges).toBe(0)
  const { archive } = await reader!.daemon.askJson('archive', 'list')
  expect(archive.map(({ path }: { path: string }) => path)).toEqual(
    expect.arrayContaining(['edited', 'added', 'new dir/inside', 'renamed there']),
  )
})

test('E6: an edit of the same file by a writer keeps the local one beside it, on the read-only node only', async () => {
  await using root = await makeTempDirectory()
  await using mesh = await startMesh(root.path, [{ name: 'writer' }, { name: 'reader', role: 'read-only' }])
  const [writer, reader] = mesh.members
  await writeFile(writer!.path('doc.txt'), 'first')
  await mesh.settle()
  await writeFile(reader!.path('doc.txt'), 'of the reader')
  await mesh.settle()
  await writeFile(writer!.path('doc.txt'), 'second, of the writer')
  await mesh.settle()
  expect(await readFile(reader!.path('doc.txt'), 'utf8')).toBe('second, of the writer')
  const kept = (await readdir(reader!.directory)).filter((name) => name.startsWith('doc (conflict reader'))
  expect(kept).toHaveLength(1)
  expect(await readFile(reader!.path(kept[0]!), 'utf8')).toBe('of the reader')
  expect((await readdir(writer!.directory)).sort()).toEqual(['.sync', 'doc.txt'])
})

test('a read-only node serves whoever knows only it, and passes on what that one writes', async () => {
  await using root = await makeTempDirectory()
  await using mesh = await startMesh(root.path, [
    { name: 'writer' },
    { name: 'reader', role: 'read-only' },
    { name: 'listener', role: 'read-only', dials: ['reader'] },
    { name: 'far writer', dials: ['reader'] },
  ])
  const [writer, reader, listener, far] = mesh.members
  await mkdir(writer!.path('episodes'))
  await writeFile(writer!.path('episodes/1.mp3'), Buffer.alloc(2_000_000, 1))
  expect(await mesh.differences()).toEqual([])
  expect((await listener!.status()).peers.map(({ name }) => name)).toEqual(['reader'])

  await writeFile(join(far!.directory, 'from afar'), 'signed by somebody who may')
  await writer!.end()
  await mesh.settle({ only: [far!, reader!, listener!] })
  expect(await readFile(listener!.path('from afar'), 'utf8')).toBe('signed by somebody who may')
  await writer!.restart()
  await until('the writer is back', async () => (await writer!.status()).peers.length > 0, 60)
  expect(await mesh.differences()).toEqual([])
  expect(await readFile(writer!.path('from afar'), 'utf8')).toBe('signed by somebody who may')
})
