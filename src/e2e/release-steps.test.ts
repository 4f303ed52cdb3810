/** Whatever is done to the releases of an appliance is killed exactly before each step that changes a file; a release that works is run afterwards. */
import { execFile } from 'node:child_process'
import { cp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { makeReleaseScene, type ReleaseScene } from '../testing/release-files.ts'

const execute = promisify(execFile)
const program = fileURLToPath(new URL('../testing/release-main.ts', import.meta.url))
const calls = ['mkdir', 'rename', 'symlink', 'unlink', 'rmdir', 'fsync'] as const
const options = { timeout: 300_000 }

/** All that writes a file goes through one thread, so that a call has a number. */
const environment = { ...process.env, UV_THREADPOOL_SIZE: '1' }

type Call = (typeof calls)[number]

async function act(scene: ReleaseScene, args: readonly string[], tracing: readonly string[]): Promise<void> {
  const trace = ['-f', '-qq', '-e', `trace=${calls.join(',')}`, ...tracing]
  await execute('strace', [...trace, process.execPath, program, scene.root, ...args], { env: environment })
}

/** How often each call is made when nothing happens, by whichever thread makes it most: strace counts for each by itself. */
async function countCalls(scene: ReleaseScene, args: readonly string[]): Promise<ReadonlyMap<Call, number>> {
  const record = join(scene.root, 'record')
  await act(scene, args, ['-o', record])
  const counts = new Map<string, number>()
  const most = new Map<Call, number>()
  for (const line of (await readFile(record, 'utf8')).split('\n')) {
    const [, thread, call] = /^(\d+) +(\w+)\(/.exec(line) ?? []
    if (call === undefined) continue
    const count = (counts.get(`${thread} ${call}`) ?? 0) + 1
    counts.set(`${thread} ${call}`, count)
    most.set(call as Call, Math.max(count, most.get(call as Call) ?? 0))
  }
  return most
}

/** Kills before each call of each kind, every time beginning with what `prepare` made. Returns which releases ran afterwards, call by call. */
async function killEverywhere(
  prepare: (scene: ReleaseScene) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  await using untouched = await makeReleaseScene()
  const args = await prepare(untouched)
  const before = join(untouched.root, 'before')
  await cp(untouched.places.releases, before, { recursive: true, verbatimSymlinks: true })
  const counts = await countCalls(untouched, args)
  const running: string[] = []
  for (const call of calls) {
    for (let nth = 1; nth <= (counts.get(call) ?? 0); nth += 1) {
      await using scene = await makeReleaseScene()
      await cp(untouched.places.packaged, scene.places.packaged, { recursive: true })
      await cp(untouched.places.updates, scene.places.updates, { recursive: true })
      await cp(before, scene.places.releases, { recursive: true, verbatimSymlinks: true })
      const inject = `inject=${call}:signal=SIGKILL:when=${nth}`
      const ended = await act(scene, args, ['-e', inject, '-o', '/dev/null']).catch((error) => error)
      expect(ended, `${call} ${nth}`).toMatchObject({ signal: 'SIGKILL' })
      const version = await expectSound(scene, `${call} ${nth}`)
      running.push(version)
      // Done again, it is done.
      await act(scene, args, ['-o', '/dev/null']).catch((error) =>
        // Unless it was done, and only nobody was told.
        expect(error.stderr).toMatch(/release-(on-trial|none-before|same)/),
      )
      await expectSound(scene, `after ${call} ${nth}`)
    }
  }
  return running
}

/** The release that is run is whole. Returns its version. */
async function expectSound(scene: ReleaseScene, when: string): Promise<string> {
  const [version = '', , programPath = ''] = (await scene.launch('berrysync')).split(' ')
  const directory = join(scene.root, programPath, '..')
  const paths = (await readdir(directory, { recursive: true })).filter((path) => path.endsWith('.mjs'))
  expect(paths.sort(), when).toEqual(['berrysync.mjs', 'hash-worker.mjs', 'helper.mjs'])
  expect(await readFile(join(directory, 'berrysync.mjs'), 'utf8'), when).toBe(`// ${version}\n`)
  expect((await readFile(join(directory, 'hash-worker.mjs'))).length, when).toBe(300_000)
  return version
}

test.concurrent('A10: installing is killed before each step', options, async () => {
  const running = await killEverywhere(async (scene) => ['install', await scene.upload('1.1.0')])
  expect(new Set(running)).toEqual(new Set(['1.0.0', '1.1.0']))
  expect(running.length).toBeGreaterThan(30)
})

test.concurrent('A10: keeping and going back are killed before each step', options, async () => {
  async function install(scene: ReleaseScene): Promise<void> {
    await act(scene, ['install', await scene.upload('1.1.0')], ['-o', '/dev/null'])
  }
  expect(
    new Set(
      await killEverywhere(async (scene) => {
        await install(scene)
        return ['keep']
      }),
    ),
  ).toEqual(new Set(['1.1.0']))
  expect(
    new Set(
      await killEverywhere(async (scene) => {
        await install(scene)
        return ['roll-back']
      }),
    ),
  ).toEqual(new Set(['1.0.0', '1.1.0']))
})
