/** Deletions: many at once wait for a person, and what a peer takes away is kept for a while. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { type Member, startMesh } from '../testing/mesh.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

const files = 120

async function writeMany(member: Member): Promise<void> {
  for (let at = 0; at < files; at++) {
    await mkdir(member.path(`d${at % 7}`), { recursive: true })
    await writeFile(member.path(`d${at % 7}`, `f${at}`), `content ${at}`)
  }
}

async function removeMost(member: Member): Promise<void> {
  for (let at = 0; at < 6; at++) await rm(member.path(`d${at}`), { recursive: true })
}

async function waitForMassDelete(member: Member): Promise<string[]> {
  await member.daemon.ask('rescan')
  await until('halted', async () => (await member.status()).halt?.code === 'mass-delete')
  const { held } = await member.daemon.askJson('deletes', member.directory)
  return held
}

async function filesOf(member: Member): Promise<number> {
  return [...(await member.tree()).values()].filter(({ kind }) => kind === 'file').length
}

test('a mass delete waits where it happened; undo brings the files back, confirm lets it happen', async () => {
  await using root = await makeTempDirectory()
  await using mesh = await startMesh(root.path, [
    { name: 'one' },
    { name: 'two', set: { massDeletePercent: 100 } },
    { name: 'reader', role: 'read-only', set: { massDeletePercent: 100 } },
  ])
  const [one, two, reader] = mesh.members
  await writeMany(one!)
  await mesh.settle()
  const removed = [...(await one!.tree()).keys()].filter((path) => /^d[0-5]/.test(path))

  await removeMost(one!)
  const held = await waitForMassDelete(one!)
  expect(held.sort()).toEqual(removed.sort())
  expect(await one!.daemon.ask('status')).toContain('berrysync deletes')
  expect(await filesOf(two!)).toBe(files)
  // What others do still gets known, and a restart does not forget the question.
  await one!.restart()
  expect((await waitForMassDelete(one!)).length).toBe(held.length)
  expect([await filesOf(two!), await filesOf(reader!)]).toEqual([files, files])

  await one!.daemon.ask('deletes', one!.directory, '--undo')
  expect(await mesh.differences()).toEqual([])
  expect(await filesOf(one!)).toBe(files)

  await removeMost(one!)
  await waitForMassDelete(one!)
  await one!.daemon.ask('deletes', one!.directory, '--confirm')
  expect(await mesh.differences()).toEqual([])
  expect(await filesOf(two!)).toBe(files - held.filter((path) => path.includes('/')).length)
  const { archive } = await two!.daemon.askJson('archive', 'list', '--limit', '1000')
  expect(archive).toHaveLength(files - (await filesOf(two!)))
})

test('a mass delete that comes from a peer waits here, too', async () => {
  await using root = await makeTempDirectory()
  await using mesh = await startMesh(root.path, [
    { name: 'one', set: { massDeletePercent: 100 } },
    { name: 'two' },
    { name: 'reader', role: 'read-only' },
  ])
  const [one, two, reader] = mesh.members
  await writeMany(one!)
  await mesh.settle()
  await removeMost(one!)
  expect((await waitForMassDelete(two!)).length).toBeGreaterThan(files / 2)
  expect((await waitForMassDelete(reader!)).length).toBeGreaterThan(files / 2)
  expect([await filesOf(two!), await filesOf(reader!)]).toEqual([files, files])

  await two!.daemon.ask('deletes', two!.directory, '--undo')
  expect(await mesh.differences()).toEqual([])
  expect(await filesOf(one!)).toBe(files)

  await removeMost(one!)
  await waitForMassDelete(two!)
  await waitForMassDelete(reader!)
  await two!.daemon.ask('deletes', two!.directory, '--confirm')
  await reader!.daemon.ask('deletes', reader!.directory, '--confirm')
  expect(await mesh.differences()).toEqual([])
  expect(await filesOf(one!)).toBeLessThan(files / 2)
})

test('a mass delete of a large tree is held back, as quick as rm is and however many directories there are', async () => {
  await using root = await makeTempDirectory()
  await using mesh = await startMesh(root.path, [{ name: 'one' }, { name: 'two' }])
  const [one, two] = mesh.members
  const [directories, each] = [300, 4]
  await one!.daemon.ask('set', one!.directory, 'paused=on')
  for (let at = 0; at < directories * each; at++) {
    const directory = one!.path('tree', `d${at % directories}`)
    if (at < directories) await mkdir(directory, { recursive: true })
    await writeFile(`${directory}/f${at}`, `${at}`)
  }
  await one!.daemon.ask('set', one!.directory, 'paused=off')
  await mesh.settle()
  const all = await filesOf(two!)
  expect(all).toBe(directories * each)

  // One directory after the other, as programs do that show what they delete.
  for (let at = 0; at < directories; at++) await rm(one!.path('tree', `d${at}`), { recursive: true })
  await waitForMassDelete(one!)
  expect(await filesOf(two!)).toBe(all)
  await one!.daemon.ask('deletes', one!.directory, '--undo')
  expect(await mesh.differences()).toEqual([])
  expect(await filesOf(one!)).toBe(all)

  // From a peer whose guard is off it is held back as a whole, too.
  await one!.daemon.ask('set', one!.directory, 'massDeletePercent=100')
  await rm(one!.path('tree'), { recursive: true })
  await waitForMassDelete(two!)
  expect(await filesOf(two!)).toBe(all)
})

test('I1: what a peer replaced or deleted is in the archive and can be put back', async () => {
  await using root = await makeTempDirectory()
  await using mesh = await startMesh(root.path, [{ name: 'one' }, { name: 'two' }])
  const [one, two] = mesh.members
  await mkdir(one!.path('dir'))
  await writeFile(one!.path('dir/edited.txt'), 'before the edit')
  await writeFile(one!.path('dir/deleted.txt'), 'before the deletion', { mode: 0o755 })
  await mesh.settle()
  await writeFile(two!.path('dir/edited.txt'), 'after the edit')
  await rm(two!.path('dir/deleted.txt'))
  await mesh.settle()

  const list = async (): Promise<{ id: string; path: string }[]> =>
    (await one!.daemon.askJson('archive', 'list', one!.directory)).archive
  const idOf = async (path: string) => (await list()).find((entry) => entry.path === path)!.id
  expect((await list()).map(({ path }) => path).sort()).toEqual(['dir/deleted.txt', 'dir/edited.txt'])
  expect((await two!.daemon.askJson('archive', 'list')).archive).toEqual([])

  await one!.daemon.ask('archive', 'restore', one!.directory, await idOf('dir/deleted.txt'))
  const { path: beside } = await one!.daemon.askJson(
    ...['archive', 'restore', one!.directory],
    await idOf('dir/edited.txt'),
  )
  expect(await mesh.differences()).toEqual([])
  expect(await readFile(two!.path('dir/deleted.txt'), 'utf8')).toBe('before the deletion')
  expect((await two!.tree()).get('dir/deleted.txt')?.executable).toBe(true)
  expect(await readFile(two!.path('dir/edited.txt'), 'utf8')).toBe('after the edit')
  expect(await readFile(two!.path(beside), 'utf8')).toBe('before the edit')
  expect(await one!.daemon.askJson('archive', 'restore', one!.directory, 'no such id').catch(String)).toMatch(
    /was not found/,
  )

  // Also where its directory is gone.
  await writeFile(two!.path('dir/deleted.txt'), 'once more')
  await mesh.settle()
  await rm(two!.path('dir'), { recursive: true })
  await mesh.settle()
  const id = (await list()).find(({ path }) => path === 'dir/deleted.txt')!.id
  await one!.daemon.ask('archive', 'restore', one!.directory, id)
  expect(await mesh.differences()).toEqual([])
  expect(await readFile(two!.path('dir/deleted.txt'), 'utf8')).toBe('once more')
})
