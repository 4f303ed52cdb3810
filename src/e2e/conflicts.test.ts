/** Edits on several nodes that do not know of each other: nothing is lost, and everybody ends with the same. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { type Member, startMesh } from '../testing/mesh.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'

async function contentsOf(member: Member): Promise<string[]> {
  const names = (await readdir(member.directory, { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile() && !entry.parentPath.includes('.sync'),
  )
  return (
    await Promise.all(names.map(({ parentPath, name }) => readFile(`${parentPath}/${name}`, 'utf8')))
  ).sort()
}

test('E3, E4, E5, I1: edits while apart give conflict copies, the same on all nodes, and lose nothing', async () => {
  await using root = await makeTempDirectory()
  await using mesh = await startMesh(root.path, [
    { name: 'one' },
    { name: 'two' },
    { name: 'reader', role: 'read-only' },
  ])
  const [one, two, reader] = mesh.members
  await mkdir(one!.path('dir'))
  for (const name of [
    'both.txt',
    'same.txt',
    'edit and delete.txt',
    'deleted twice',

    'dir/x',
  ])
    await writeFile(one!.path(name), `${name}, first`)
  await mesh.settle()
  await Promise.all([one!.end(), two!.end()])

  await writeFile(one!.path('both.txt'), 'edit of one')
  await writeFile(two!.path('both.txt'), 'edit of two')
  for (const member of [one!, two!]) {
    await writeFile(member.path('same.txt'), 'the same edit')
    await writeFile(member.path('made on both.txt'), `made by ${member.name}`)
    await writeFile(member.path('made the same'), 'made the same')
    await rm(member.path('deleted twice'))
  }
  await rm(one!.path('edit and delete.txt'))
  await writeFile(two!.path('edit and delete.txt'), 'the edit outlives')
  await writeFile(one!.path('file or directory'), 'a file at one')
  await mkdir(two!.path('file or directory'))
  await writeFile(two!.path('file or directory/inside'), 'a directory at two')
  await rm(one!.path('dir/x'))
  await writeFile(two!.path('dir/new in dir'), 'new')

  await one!.restart()
  await two!.restart()
  expect(await mesh.differences({ seconds: 90 })).toEqual([])
  expect(await contentsOf(one!)).toEqual(
    [
      'edit of one',
      'edit of two',
      'the same edit',
      'made by one',
      'made by two',
      'made the same',
      'the edit outlives',
      'a file at one',
      'a directory at two',
      'new',
    ].sort(),
  )
  const listed = await Promise.all(mesh.members.map(({ daemon }) => daemon.askJson('conflicts')))
  const beside = listed.map(({ conflicts }) =>
    conflicts.map((row: { beside: string; path: string }) => `${row.path} beside ${row.beside}`).sort(),
  )
  expect(beside[0]).toHaveLength(3)
  expect(beside[0]!.map((text: string) => text.replace(/.* beside /, ''))).toEqual([
    'both.txt',
    'file or directory',
    'made on both.txt',
  ])
  expect(beside[1]).toEqual(beside[0])
  expect(beside[2]).toEqual(beside[0])
  expect((await reader!.status()).localChanges).toBe(0)

  // A conflict copy is a file like any other: gone when a person deletes it.
  for (const name of (await readdir(two!.directory)).filter((each) => each.includes('(conflict ')))
    await rm(two!.path(name), { recursive: true })
  expect(await mesh.differences()).toEqual([])
  expect(await one!.daemon.askJson('conflicts')).toEqual({ conflicts: [] })
})
