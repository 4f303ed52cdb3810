/** Releases made on the spot: keys, a tree like that of an appliance, small runtimes that only say who they are, and the files to install them from. */
import { execFile } from 'node:child_process'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { chmod, cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { packRelease } from '../helper/pack-release.ts'
import { bundleName } from '../helper/release-bundle.ts'
import { type ReleasePlaces, releasePlaces } from '../helper/release-state.ts'
import { makeTempDirectory, type TempDirectory } from './temp-directory.ts'

const execute = promisify(execFile)
const launchSource = fileURLToPath(new URL('../../image/launch', import.meta.url))

export interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

export const makeKeyPair = (): KeyPair => generateKeyPairSync('ed25519')

/** A runtime that says which release it is of and what it was asked to run, with some ballast so that there is something to unpack. */
function filesOf(version: string): Readonly<Record<string, string>> {
  return {
    version: `${version}\n`,
    node: `#!/bin/sh\necho "${version} $*"\n`,
    'memory-flags': "flags='--flag'\n",
    'berrysync.mjs': `// ${version}\n`,
    'helper.mjs': '// helper\n',
    'hash-worker.mjs': 'x'.repeat(300_000),
    'ui/empty.txt': '',
    'ui/assets/app-1a2b.js': `console.log('${version}')`,
    'node_modules/better-sqlite3/prebuilds/linux-arm64.node': `${version} native`,
  }
}

export async function writeReleaseTree(directory: string, version: string): Promise<void> {
  for (const [path, content] of Object.entries(filesOf(version))) {
    const file = join(directory, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
    await chmod(file, path === 'node' ? 0o755 : 0o644)
  }
}

/** As `image/release-tree` does it for the package, with the Node that runs this. */
async function layOutBuilt(directory: string, version: string): Promise<void> {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  await mkdir(directory, { recursive: true })
  for (const name of await readdir(join(root, 'dist')))
    if (name.endsWith('.mjs')) await cp(join(root, 'dist', name), join(directory, name))
  await cp(join(root, 'dist/ui'), join(directory, 'ui'), { recursive: true })
  await cp(join(root, 'image/memory-flags'), join(directory, 'memory-flags'))
  await cp(process.execPath, join(directory, 'node'))
  for (const part of ['package.json', 'lib', `prebuilds/linux-${process.arch}.node`]) {
    const path = join('node_modules/better-sqlite3', part)
    await cp(join(root, path), join(directory, path), { recursive: true })
  }
  await writeFile(join(directory, 'version'), `${version}\n`)
}

export interface ReleaseScene extends AsyncDisposable {
  readonly root: string
  readonly places: ReleasePlaces
  readonly keys: KeyPair
  /** Puts a signed release where uploads go; returns its name. */
  upload(
    version: string,
    options?: { readonly keys?: KeyPair; readonly replaces?: string; readonly arch?: 'arm64' | 'amd64' },
  ): Promise<string>
  /** Makes a release of the program as it was built, and puts that where uploads go; returns its name. */
  uploadBuilt(version: string): Promise<string>
  /** What `launch` does with these arguments under a strict mask: what the runtime says, or what it complains about. */
  launch(...args: readonly string[]): Promise<string>
  /** A release that lies there as if it had been installed. */
  place(version: string): Promise<void>
  /** Has `current` lead somewhere. */
  point(target: string): Promise<void>
}

/** A machine whose package brought 1.0.0 and trusts one key. */
export async function makeReleaseScene(packaged = '1.0.0'): Promise<ReleaseScene> {
  const temp: TempDirectory = await makeTempDirectory()
  const places = releasePlaces(temp.path)
  const keys = makeKeyPair()
  await writeReleaseTree(places.packaged, packaged)
  await cp(launchSource, join(places.packaged, 'launch'))
  await mkdir(join(places.packaged, 'release-keys'))
  const pem = keys.publicKey.export({ type: 'spki', format: 'pem' })
  await writeFile(join(places.packaged, 'release-keys', 'builder.pem'), pem)
  await mkdir(places.updates, { recursive: true })
  await mkdir(places.releases, { recursive: true })
  return {
    root: temp.path,
    places,
    keys,
    async upload(version, { keys: by = keys, replaces = '0.9.0', arch = 'amd64' } = {}) {
      const directory = join(temp.path, 'built', version)
      await writeReleaseTree(directory, version)
      const name = bundleName({ version, arch })
      const release = {
        directory,
        version,
        arch,
        replaces,
        createdMs: 0,
        privateKey: by.privateKey,
        level: 1,
      }
      await packRelease(release, join(places.updates, name))
      return name
    },
    async uploadBuilt(version) {
      const directory = join(temp.path, 'built-program')
      await layOutBuilt(directory, version)
      // What `release-main` takes itself for, whatever this machine is.
      const arch = 'amd64'
      const name = bundleName({ version, arch })
      const release = { directory, version, arch, replaces: '0.0.1', createdMs: 0, level: 1 } as const
      await packRelease({ ...release, privateKey: keys.privateKey }, join(places.updates, name))
      return name
    },
    async launch(...args) {
      const { stdout, stderr } = await execute(
        'dash',
        ['-c', 'umask 077; exec dash "$0" "$@"', join(places.packaged, 'launch'), ...args],
        {
          env: { PATH: '/usr/bin:/bin' },
        },
      )
      return (stdout + stderr).trim().replaceAll(`${temp.path}/`, '')
    },
    place: (version) => writeReleaseTree(join(places.releases, version), version),
    point: (target) => symlink(target, join(places.releases, 'current')),
    [Symbol.asyncDispose]: () => temp[Symbol.asyncDispose](),
  }
}
