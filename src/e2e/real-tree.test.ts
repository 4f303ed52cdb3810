/**
 * A copy of a real tree through three nodes, then many changes on both full ones. 2,500 files by default; all 30,000 of the
 * requirement with BERRYSYNC_LONG=1, which also prints the figures (BERRYSYNC_FIGURES=1 prints them for the small one).
 */
import { appendFile, chmod, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Mesh, startMesh } from '../testing/mesh.ts'
import { peakMemoryBytes } from '../testing/process-facts.ts'
import { writeSampleTree } from '../testing/sample-tree.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'

const isLong = process.env.BERRYSYNC_LONG === '1'
const wanted = isLong ? 30_000 : 2_500
const seconds = isLong ? 900 : 100
const mib = 1024 ** 2

async function figuresOf(mesh: Mesh): Promise<string[]> {
  return Promise.all(
    mesh.members.map(async ({ name, home, daemon }) => {
      const databases = (await readdir(join(home, 'folders'))).map((file) => join(home, 'folders', file))
      const bytes = (await Promise.all(databases.map((file) => stat(file)))).reduce(
        (sum, { size }) => sum + size,
        0,
      )
      const peak = peakMemoryBytes(daemon.process.pid!)
      return `${name}: peak RSS ${(peak / mib).toFixed(0)} MiB, database ${(bytes / mib).toFixed(1)} MiB`
    }),
  )
}

test(`I2: ${wanted} files of a real tree are the same on three nodes, also after changes at both ends`, {
  timeout: 3 * seconds * 1000,
}, async () => {
  await using root = await makeTempDirectory()
  const say: string[] = []
  let sinceMs = performance.now()
  const note = (what: string) => {
    say.push(`${what} after ${((performance.now() - sinceMs) / 1000).toFixed(1)} s`)
    sinceMs = performance.now()
  }
  const count = await writeSampleTree(join(root.path, 'one', 'folder'), wanted)
  note(`${count} files and links copied`)
  await using mesh = await startMesh(root.path, [
    { name: 'one' },
    { name: 'two' },
    { name: 'reader', role: 'read-only' },
  ])
  const [one, two] = mesh.members
  await mesh.settle({ seconds })
  note('the same on all three nodes')
  expect(await mesh.differences({ seconds })).toEqual([])
  const status = await one!.status()
  expect([status.files, status.problems]).toEqual([count, []])
  note(`${(status.bytes / mib).toFixed(0)} MiB compared`)

  const paths = [...(await one!.tree())]
  const files = paths.filter(([, { kind }]) => kind === 'file').map(([path]) => path)
  const moved = 'copy 0/0 usr share zoneinfo'
  const stays = files.filter((path) => !path.startsWith(`${moved}/`))
  const some = (at: number) => stays.filter((_, index) => index % 100 === at)
  await rename(one!.path(moved), one!.path('moved as a whole'))
  for (const path of some(1)) await appendFile(one!.path(path), 'appended by one')
  for (const path of some(2)) await writeFile(two!.path(path), `written by two: ${path}`)
  for (const path of some(3)) await rm(one!.path(path))
  for (const path of some(4)) await rm(two!.path(path))
  for (const path of some(5)) await rename(one!.path(path), one!.path(`${path.slice(0, -1)}_`))
  for (const path of some(6))
    await rename(two!.path(path), two!.path(`moved by two ${some(6).indexOf(path)}`))
  for (const path of some(7)) await chmod(two!.path(path), 0o755)
  note('changed at both ends')
  await mesh.settle({ seconds })
  note('the same again')
  expect(await mesh.differences({ seconds })).toEqual([])
  const after = (await one!.tree()).size
  expect(after).toBe(paths.length - some(3).length - some(4).length)
  for (const { daemon } of mesh.members) expect(await daemon.askJson('conflicts')).toEqual({ conflicts: [] })
  note('compared')

  const traffic = await Promise.all(mesh.members.map((member) => member.device()))
  const received = traffic.map(({ traffic: { received: bytes } }) => `${(bytes / mib).toFixed(0)} MiB`)
  say.push(`received: ${received.join(', ')}`, ...(await figuresOf(mesh)))
  if (isLong || process.env.BERRYSYNC_FIGURES === '1') process.stdout.write(`${say.join('\n')}\n`)
})
