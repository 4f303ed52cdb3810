/**
 * `npm run deb [-- --architecture arm64|amd64]`: dist/berrysync_VERSION_{arm64,amd64}.deb from what `npm run build` made. Both are made on any
 * machine: nothing is compiled, and nothing made for the other processor is run. The same commit gives the same bytes.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { controlFiles, installedFiles } from './deb-files.ts'
import {
  type Architecture,
  architectures,
  outputDirectory,
  packageFile,
  root,
  sourceDate,
  version,
} from './places.ts'
import { filesBelow, layOutRelease } from './release-tree.ts'
import { run } from './run.ts'

const home = 'usr/lib/berrysync'

/** Whoever builds puts the public keys here whose releases the device will take. */
const releaseKeys = join(root, 'image/release-keys')

const { values } = parseArgs({ options: { architecture: { type: 'string' } } })
const chosen = values.architecture === undefined ? Object.keys(architectures) : [values.architecture]
for (const architecture of chosen) {
  if (!(architecture in architectures)) throw new Error(`unknown architecture ${architecture}`)
  buildPackage(architecture as Architecture)
}

function buildPackage(architecture: Architecture): void {
  const tree = mkdtempSync(join(outputDirectory, 'deb-'))
  try {
    chmodSync(tree, 0o755)
    addRelease(tree, architecture)
    for (const { target, source, mode } of installedFiles(join(root, 'systemd'))) {
      writeTo(tree, target, readFileSync(source, 'utf8'), mode)
    }
    writeTo(tree, 'usr/bin/berrysync', '#!/bin/sh\nexec /usr/lib/berrysync/launch berrysync "$@"\n', 0o755)
    writeTo(tree, 'usr/share/doc/berrysync/copyright', copyright(tree))
    mkdirSync(join(tree, 'srv/berrysync'), { recursive: true })
    for (const [name, { content, mode }] of controlFiles({ architecture, version, sizeKib: sizeOf(tree) })) {
      writeTo(tree, `DEBIAN/${name}`, content, mode)
    }
    writeTo(tree, 'DEBIAN/md5sums', checksums(tree))
    run('dpkg-deb', ['--root-owner-group', '-Zzstd', '-z12', '--build', tree, packageFile(architecture)], {
      environment: { SOURCE_DATE_EPOCH: String(sourceDate()) },
    })
  } finally {
    rmSync(tree, { recursive: true, force: true })
  }
}

/** The release, and what only the package has: the script that chooses between releases, and the keys a release is trusted by. */
function addRelease(tree: string, architecture: Architecture): void {
  layOutRelease(join(tree, home), architecture, join(tree, 'usr/share/doc/berrysync/copyright.node'))
  writeTo(tree, `${home}/launch`, readFileSync(join(root, 'image/launch'), 'utf8'), 0o755)
  for (const name of existsSync(releaseKeys) ? readdirSync(releaseKeys) : []) {
    if (name.endsWith('.pem'))
      writeTo(tree, `${home}/release-keys/${name}`, publicKey(join(releaseKeys, name)))
  }
}

/** A private key that lies there by mistake must not be published. */
function publicKey(file: string): string {
  const text = readFileSync(file, 'utf8')
  if (/PRIVATE/.test(text)) throw new Error(`${file} is a private key`)
  return text
}

/** Every package that is part of the bundles has its licence here; that of Node, with what Node consists of, lies beside. */
function copyright(tree: string): string {
  const own = readFileSync(join(root, 'LICENSE'), 'utf8')
  const others = readFileSync(join(outputDirectory, 'licences.txt'), 'utf8')
  const sqlite = readFileSync(join(tree, home, 'node_modules/better-sqlite3/LICENSE'), 'utf8')
  return `Berrysync\n\n${own}\nNode.js: see copyright.node beside this file.\n\n${'='.repeat(78)}\nbetter-sqlite3, with SQLite, which is in the public domain\n\n${sqlite}\n${others}`
}

function checksums(tree: string): string {
  const paths = filesBelow(tree).filter((path) => !path.startsWith('DEBIAN/'))
  return run('md5sum', ['--', ...paths], { directory: tree, capture: true })
}

/** As dpkg counts it: files in whole KiB. */
function sizeOf(tree: string): number {
  return filesBelow(tree).reduce((sum, path) => sum + Math.ceil(statSync(join(tree, path)).size / 1024), 0)
}

function writeTo(tree: string, path: string, content: string, mode = 0o644): void {
  const file = join(tree, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, content)
  chmodSync(file, mode)
}
