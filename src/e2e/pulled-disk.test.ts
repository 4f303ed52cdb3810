/** I10: the folder's directory goes away, or another one takes its place: nobody deletes anything, and all goes on by itself. */
import { cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Mesh, startMesh } from '../testing/mesh.ts'
import { makeTempDirectory, type TempDirectory } from '../testing/temp-directory.ts'
import type { Tree } from '../testing/tree.ts'
import { until } from '../testing/until.ts'

let root: TempDirectory
let mesh: Mesh
let before: Tree

beforeAll(async () => {
  root = await makeTempDirectory()
  mesh = await startMesh(root.path, [{ name: 'one' }, { name: 'two' }, { name: 'reader', role: 'read-only' }])
  const [one] = mesh.members
  await mkdir(one!.path('dir'))
  for (let at = 0; at < 30; at++) await writeFile(one!.path('dir', `f${at}`), `${at}`)
  await mesh.settle()
})

afterAll(async () => {
  await mesh[Symbol.asyncDispose]()
  await root[Symbol.asyncDispose]()
})

/** What lies in the place of the folder meanwhile, and the halt that is expected. */
const replacements: readonly [string, string, (place: string) => Promise<void>][] = [
  ['nothing', 'root-missing', async () => undefined],
  ['an empty directory', 'root-unmarked', async (place) => void (await mkdir(place))],
  [
    'a directory without identity that has other files',
    'root-unmarked',
    async (place) => {
      await mkdir(place)
      await writeFile(join(place, 'other'), 'not of this folder')
    },
  ],
  [
    'another disk of the same folder',
    'root-foreign',
    async (place) => {
      await mkdir(join(place, '.sync'), { recursive: true })
      await cp(mesh.members[1]!.path('.sync', 'identity'), join(place, '.sync', 'identity'))
    },
  ],
]

for (const [what, code, replace] of replacements) {
  for (const role of ['full', 'read-only'] as const) {
    test(`I10: ${what} in place of the folder of a ${role} node, while it runs and while it is stopped`, async () => {
      const [one, two, reader] = mesh.members
      const member = role === 'full' ? one! : reader!
      const other = role === 'full' ? two! : one!
      const [place, aside] = [member.directory, `${member.directory} aside`]
      before = await two!.tree()
      const isHalted = async () => {
        const { state, halt } = await member.status()
        return state === 'halted' && halt?.code === code
      }

      await rename(place, aside)
      await replace(place)
      await member.daemon.ask('rescan')
      await until('halted', isHalted)
      expect(await member.daemon.ask('status')).toContain(place)
      await writeFile(other.path('made meanwhile'), `${what} ${role}`)
      await until('the halted one knows of it', async () => (await member.status()).needFiles > 0)

      await member.end()
      await member.restart()
      await until('halted after a start, too', isHalted)
      await until('it has peers again', async () => (await member.status()).peers.length > 0, 60)
      const meanwhile = await readdir(place).catch(() => [])
      expect(meanwhile.filter((name) => name !== '.sync' && name !== 'other')).toEqual([])
      const [oneTree, twoTree] = [await (role === 'full' ? two! : one!).tree(), await two!.tree()]
      for (const path of before.keys())
        expect([path, oneTree.has(path), twoTree.has(path)]).toEqual([path, true, true])

      await rm(place, { recursive: true, force: true })
      await rename(aside, place)
      expect(await mesh.differences()).toEqual([])
      expect((await one!.tree()).size).toBeGreaterThanOrEqual(before.size)
      const { history } = await member.daemon.askJson('history', '--limit', '1000')
      expect(history.filter(({ action }: { action: string }) => action === 'deleted')).toEqual([])
    })
  }
}
