/** Updates: a good release takes over, a bad one is taken back by itself, a forged one is not even unpacked. Made here, signed with a key of this run. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packRelease } from '../../src/helper/pack-release.ts'
import { bundleName } from '../../src/helper/release-bundle.ts'
import { runCommand } from '../../src/testing/commands.ts'
import { assertSo } from '../assert-so.ts'
import { NotPossible } from '../board.ts'
import type { Case, Scene } from '../case.ts'
import { eventually } from '../eventually.ts'
import { nineFolders } from './serving.ts'

const home = '/usr/lib/berrysync'
const partBytes = 1024 ** 2
const keysKey = 'release keys'
/** A start under emulation, and the time a release has to prove itself. */
const trialSeconds = 600

export const update: Case = {
  id: 'update',
  title: 'A9: a signed release takes over, and folders and password stay',
  steps: ['Upload a newer release in the web interface, and install it.'],
  expect: 'after a restart the web interface shows the new version; folders are as before',
  limitSeconds: 900,
  async run(scene) {
    const { device } = scene
    await nineFolders(scene)
    const before = (await device.get('/api/status')).folders.length
    const startedMs = performance.now()
    await install(scene, '99.0.1', keysOf(scene).privateKey, async () => undefined)
    await eventually(
      'the new release runs and is kept',
      async () => {
        const releases = await device.get('/api/system/releases')
        return releases.running === '99.0.1' && releases.triesLeft === undefined
      },
      trialSeconds,
    )
    const after = (await device.get('/api/status')).folders.length
    assertSo(after === before, `${before} folders before, ${after} after`)
    return { seconds: (performance.now() - startedMs) / 1000 }
  },
}

export const badUpdate: Case = {
  id: 'bad-update',
  title: 'A9: a release that does not work is taken back by itself; a forged one is refused',
  steps: ['Upload a release that is broken on purpose, and one that is signed with another key.'],
  expect:
    'the broken one: after some minutes the version before runs again, and the page says so; the forged one: an error',
  limitSeconds: 1200,
  async run(scene) {
    const { device } = scene
    const forged = await install(scene, '99.0.3', generateKeyPairSync('ed25519').privateKey, breakNode).then(
      () => 'taken',
      (error: Error) => error.message,
    )
    assertSo(forged.includes('release-untrusted'), `a forged release: ${forged}`)
    const { running } = await device.get('/api/system/releases')
    const startedMs = performance.now()
    await install(scene, '99.0.2', keysOf(scene).privateKey, breakNode)
    await eventually(
      'the release before runs again',
      async () => {
        const releases = await device.get('/api/system/releases')
        return releases.running === running && releases.failed === '99.0.2'
      },
      trialSeconds,
    )
    return { seconds: (performance.now() - startedMs) / 1000 }
  },
}

/** It is the largest part of a release by far, and what of it does not start need not be carried and unpacked. */
async function breakNode(tree: string): Promise<void> {
  await writeFile(join(tree, 'node'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
}

function keysOf({ kept }: Scene): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  const known = kept.get(keysKey) ?? generateKeyPairSync('ed25519')
  kept.set(keysKey, known)
  return known as { publicKey: KeyObject; privateKey: KeyObject }
}

/** Builds a release of what runs on the device, uploads it and has it installed. */
async function install(
  scene: Scene,
  version: string,
  privateKey: KeyObject,
  change: (tree: string) => Promise<void>,
): Promise<void> {
  const { board, device } = scene
  if (board.kind !== 'qemu')
    throw new NotPossible('the key of this run cannot be put into the image of a board')
  const trusted = keysOf(scene).publicKey.export({ type: 'spki', format: 'pem' }).toString().trim()
  await board.shell(
    `mkdir -p ${home}/release-keys; printf '%s\\n' '${trusted.replaceAll('\n', "' '")}' > ${home}/release-keys/test.pem`,
  )
  const tree = await treeOfDevice(scene)
  const changed = await mkdtemp(join(board.scratch, 'release-'))
  await cp(tree, changed, { recursive: true })
  await writeFile(join(changed, 'version'), `${version}\n`)
  await nameBundle(join(changed, 'berrysync.mjs'), version)
  await change(changed)
  const file = join(board.scratch, bundleName({ version, arch: 'arm64' }))
  await packRelease(
    {
      directory: changed,
      privateKey,
      version,
      arch: 'arm64',
      replaces: '0.0.1',
      createdMs: Date.now(),
      level: 3,
    },
    file,
  )
  const bytes = await readFile(file)
  for (let offset = 0; offset < bytes.length; offset += partBytes)
    await device.upload(
      `/api/system/releases?offset=${offset}&size=${bytes.length}`,
      bytes.subarray(offset, offset + partBytes),
    )
  const { offered } = await device.get('/api/system/releases')
  await device.confirm()
  await device.send('POST', '/api/system/releases/install', { file: offered[0].file })
}

/** The program says of itself which version it is. */
async function nameBundle(file: string, version: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  const named = text.replace(/(name:\s*"berrysync",\s*version:\s*)"[^"]+"/, `$1"${version}"`)
  if (named === text) throw new Error(`${file} does not say which version it is`)
  await writeFile(file, named)
}

/** The files of the package that the image was made with. */
async function treeOfDevice({ board, kept }: Scene): Promise<string> {
  const known = kept.get('release tree')
  if (known !== undefined) return known as string
  const [tree, archive] = [join(board.scratch, 'release-tree'), join(board.scratch, 'package')]
  await mkdir(archive, { recursive: true })
  const packages = (await runCommand('sh', '-c', 'ls dist/berrysync_*_arm64.deb || true')).trim().split('\n')
  if (packages[0] === '') throw new NotPossible('the package that the image was made with is not in dist')
  await runCommand('dpkg-deb', '-x', packages.at(-1)!, archive)
  await cp(join(archive, home), tree, { recursive: true, dereference: true })
  await runCommand('rm', '-rf', join(tree, 'release-keys'), join(tree, 'launch'))
  kept.set('release tree', tree)
  return tree
}
