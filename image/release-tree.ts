/**
 * Lays out what a release consists of, from what `npm run build` made. The package has it in `/usr/lib/berrysync`, a release file brings it later;
 * both are the same files, so that what was tried as the one is good as the other.
 */
import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unpackPinned } from './pinned-packages.ts'
import { type Architecture, architectures, outputDirectory, root, version } from './places.ts'

/** Makes `release`. The licence of its Node is written to where it is wanted, and is no part of it. */
export function layOutRelease(release: string, architecture: Architecture, licenceOfNode?: string): void {
  const npmName = architectures[architecture]
  mkdirSync(release, { recursive: true })
  for (const name of readdirSync(outputDirectory)) {
    if (name.endsWith('.mjs')) cpSync(join(outputDirectory, name), join(release, name))
  }
  cpSync(join(outputDirectory, 'ui'), join(release, 'ui'), { recursive: true })
  const runtime = `${release}-runtime`
  unpackPinned(`node-linux-${npmName}`, ['bin/node', 'LICENSE'], runtime)
  cpSync(join(runtime, 'bin/node'), join(release, 'node'))
  if (licenceOfNode !== undefined) {
    mkdirSync(join(licenceOfNode, '..'), { recursive: true })
    cpSync(join(runtime, 'LICENSE'), licenceOfNode)
  }
  rmSync(runtime, { recursive: true })
  unpackPinned(
    'better-sqlite3',
    ['package.json', 'lib', 'LICENSE', `prebuilds/linux-${npmName}.node`],
    join(release, 'node_modules/better-sqlite3'),
  )
  cpSync(join(root, 'image/memory-flags'), join(release, 'memory-flags'))
  writeFileSync(join(release, 'version'), `${version}\n`)
  for (const path of filesBelow(release)) chmodSync(join(release, path), path === 'node' ? 0o755 : 0o644)
}

export function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort()
}
