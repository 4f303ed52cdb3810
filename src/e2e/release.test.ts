/** The built program as a signed release: installed beside an older package, started on trial by `launch`, and kept because it answers. */
import { execFile } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { startDaemon } from '../testing/daemon.ts'
import { makeReleaseScene } from '../testing/release-files.ts'
import { until } from '../testing/until.ts'

const execute = promisify(execFile)
const program = fileURLToPath(new URL('../testing/release-main.ts', import.meta.url))

/** Stands in for systemd, which starts the helper for each connection. */
async function startHelper(root: string): Promise<AsyncDisposable & { readonly asked: string[] }> {
  const socket = join(root, 'run/berrysync/helper.sock')
  await mkdir(dirname(socket), { recursive: true })
  const asked: string[] = []
  const server = createServer((connection) => {
    createInterface({ input: connection }).once('line', async (line) => {
      const { verb } = JSON.parse(line) as { readonly verb: string }
      asked.push(verb)
      await execute(process.execPath, [program, root, verb === 'keep-release' ? 'keep' : verb])
      connection.end(`${JSON.stringify({ done: {} })}\n`)
    })
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  return { asked, [Symbol.asyncDispose]: async () => void server.close() }
}

test('A9: a release that answers for a minute is kept', { timeout: 240_000 }, async () => {
  await using scene = await makeReleaseScene('0.0.1')
  const { root, places } = scene
  const note = (name: string) => readFile(join(places.releases, name), 'utf8').catch(() => 'none')
  const name = await scene.uploadBuilt(manifest.version)
  await execute(process.execPath, [program, root, 'install', name])
  await scene.launch('--attempt')
  expect(await note('trial')).toBe(`${manifest.version} 2 packaged\n`)

  await using helper = await startHelper(root)
  const home = join(root, 'var/lib/berrysync/home')
  const launch = ['env', `BERRYSYNC_APPLIANCE_ROOT=${root}`, 'dash', join(places.packaged, 'launch')]
  await using daemon = await startDaemon(
    home,
    ['--appliance', '--web', '127.0.0.1:0'],
    [...launch, 'berrysync'],
  )
  expect(await readFile(`/proc/${daemon.process.pid}/cmdline`, 'utf8')).toContain(
    join(places.releases, manifest.version, 'berrysync.mjs'),
  )
  await until('the release is kept', async () => (await note('trial')) === 'none', 120)
  expect(helper.asked).toEqual(['keep-release'])
  expect(await note('before')).toBe('packaged\n')
  await scene.launch('--attempt')
  expect(await note('failed')).toBe('none')
})
