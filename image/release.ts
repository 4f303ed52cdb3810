/**
 * `npm run release -- --key FILE [--architecture arm64|amd64] [--replaces VERSION]`: dist/berrysync-VERSION-{arm64,amd64}.release, signed with a
 * private key of Ed25519 (PEM). It holds the files of the package of the same commit, and the same key gives the same bytes.
 */
import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { packRelease } from '../src/helper/pack-release.ts'
import { bundleName } from '../src/helper/release-bundle.ts'
import { type Architecture, architectures, outputDirectory, sourceDate, version } from './places.ts'
import { layOutRelease } from './release-tree.ts'

/** Whatever a release knows to take over, it knows from the first one on, unless somebody says otherwise. */
const firstRelease = '0.1.0'

const { values } = parseArgs({
  options: {
    key: { type: 'string' },
    architecture: { type: 'string' },
    replaces: { type: 'string', default: firstRelease },
  },
})
if (values.key === undefined) throw new Error('--key FILE names the private key to sign with')
const privateKey = createPrivateKey(readFileSync(values.key))
if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error(`${values.key} is no key of Ed25519`)
const chosen = values.architecture === undefined ? Object.keys(architectures) : [values.architecture]
for (const arch of chosen) {
  if (!(arch in architectures)) throw new Error(`unknown architecture ${arch}`)
  await buildRelease(arch as Architecture)
}

async function buildRelease(arch: Architecture): Promise<void> {
  const directory = mkdtempSync(join(outputDirectory, 'release-'))
  try {
    const tree = join(directory, 'tree')
    layOutRelease(tree, arch)
    const file = join(outputDirectory, bundleName({ version, arch }))
    const about = { version, arch, replaces: values.replaces, createdMs: sourceDate() * 1000 }
    const { payload, files } = await packRelease({ directory: tree, privateKey, ...about }, file)
    process.stdout.write(`Built ${file}: ${files.length} files in ${(payload.bytes / 1e6).toFixed(1)} MB\n`)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
