/**
 * `npm run deb [-- --architecture arm64|amd64]`: dist/berrysync_VERSION_{arm64,amd64}.deb from what `npm run build` made. Both are made on any
 * machine: nothing is compiled, and nothing made for the other processor is run. The same commit gives the same bytes.
 */
import {
  chmodSync,
  cpSync,
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
import { packagedLauncher } from './launcher.ts'
import { unpackPinned } from './pinned-packages.ts'
import {
  type Architecture,
  architectures,
  outputDirectory,
  packageFile,
  root,
  sourceDate,
  version,
} from './places.ts'
import { run } from './run.ts'

const home = 'usr/lib/berrysync'

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

/** What a release consists of; one that is installed later by the helper has the same files. */
function addRelease(tree: string, architecture: Architecture): void {
  const release = join(tree, home)
  const npmName = architectures[architecture]
  mkdirSync(release, { recursive: true })
  for (const name of readdirSync(outputDirectory)) {
    if (name.endsWith('.mjs')) cpSync(join(outputDirectory, name), join(release, name))
  }
  cpSync(join(outputDirectory, 'ui'), join(release, 'ui'), { recursive: true })
  const runtime = join(tree, 'runtime')
  unpackPinned(`node-linux-${npmName}`, ['bin/node', 'LICENSE'], runtime)
  cpSync(join(runtime, 'bin/node'), join(release, 'node'))
  cpSync(join(runtime, 'LICENSE'), join(tree, 'usr/share/doc/berrysync/copyright.node'))
  rmSync(runtime, { recursive: true })
  const sqlite = 'node_modules/better-sqlite3'
  unpackPinned(
    'better-sqlite3',
    ['package.json', 'lib', 'LICENSE', `prebuilds/linux-${npmName}.node`],
    join(release, sqlite),
  )
  writeTo(tree, `${home}/version`, `${version}\n`)
  writeTo(tree, `${home}/launch`, packagedLauncher, 0o755)
  for (const path of filesBelow(release)) {
    const isProgram = path === 'node' || path === 'launch'
    chmodSync(join(release, path), isProgram ? 0o755 : 0o644)
  }
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

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort()
}

function writeTo(tree: string, path: string, content: string, mode = 0o644): void {
  const file = join(tree, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, content)
  chmodSync(file, mode)
}
