/**
 * `npm run image [-- --fresh]`: dist/berrysync-VERSION.img.xz and what belongs to it, from the stages of pi-gen-config/config.debian. Needs root, a Debian
 * mirror and arm64 or its emulation; no loop devices and no file system that the kernel has to know. Roots of earlier builds are used again where nothing
 * they were made of has changed; `--fresh` forgets them.
 */
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { allowArm64 } from './emulation.ts'
import { writeManifest } from './manifest.ts'
import { cacheDirectory, outputDirectory, packageFile, root, sourceDate, version } from './places.ts'
import { cachedStage, keyOf } from './root-cache.ts'
import { run } from './run.ts'
import { writeSoftwareList } from './software-list.ts'
import { runStage } from './stages.ts'

const { values } = parseArgs({ options: { fresh: { type: 'boolean', default: false } } })
if (process.getuid?.() !== 0)
  throw new Error('Making an image needs root: its files belong to root and run as root.')
if (values.fresh) rmSync(join(cacheDirectory, 'roots'), { recursive: true, force: true })
allowArm64()

const configuration = readConfiguration()
const release = await releaseOf(configuration.DEBIAN_MIRROR!, configuration.RELEASE!)
const stages = configuration.STAGE_LIST!.split(' ')
const last = stages.at(-1)!
let key = createHash('sha256')
  .update(JSON.stringify([release.hash, configuration.DEBIAN_MIRROR, configuration.DEBIAN_SECURITY_MIRROR]))
  .update(
    JSON.stringify(
      ['RELEASE', 'TARGET_HOSTNAME', 'TIMEZONE_DEFAULT', 'LOCALE_DEFAULT'].map((name) => configuration[name]),
    ),
  )
  .update(readFileSync(join(root, 'image/stage-functions.sh')))
  .digest('hex')
let previousRoot: string | undefined

// What stays the same from version to version is dated with the state of Debian, so that a root kept from before is the one that would be made now.
for (const stage of stages.slice(0, -1)) {
  key = keyOf(stage, key)
  const environment = { ...configuration, SOURCE_DATE_EPOCH: String(release.date) }
  const directory = cachedStage(stage, key, (workDirectory) =>
    runStage({ stage, workDirectory, environment, previousRoot }),
  )
  previousRoot = join(directory, 'rootfs')
}

mkdirSync(join(cacheDirectory, 'work'), { recursive: true })
const work = mkdtempSync(join(cacheDirectory, 'work/image-'))
try {
  const deployDirectory = join(work, 'deploy')
  const environment = { ...configuration, DEPLOY_DIR: deployDirectory, IMG_SUFFIX: '' }
  const workDirectory = join(work, basename(last))
  runStage({ stage: last, workDirectory, environment, previousRoot })
  const exportDirectory = join(work, 'export')
  runStage({
    stage: configuration.EXPORT_CONFIG_DIR!,
    workDirectory: exportDirectory,
    environment: { ...environment, E2FSPROGS_DIR: newE2fsprogs() },
    previousRoot: join(workDirectory, 'rootfs'),
  })
  await deliver(deployDirectory, exportDirectory)
} finally {
  rmSync(work, { recursive: true, force: true })
}

/** What pi-gen would take from the file, with its own defaults for the rest. */
function readConfiguration(): Record<string, string> {
  const file = join(root, 'pi-gen-config/config.debian')
  const given = {
    BERRYSYNC_VERSION: version,
    BERRYSYNC_PACKAGE: packageFile('arm64'),
    SOURCE_DATE_EPOCH: String(sourceDate()),
  }
  const text = run('bash', ['-ec', `set -a; source "$1" >&2; env -0`, 'bash', file], {
    environment: given,
    capture: true,
  })
  const pairs = text.split('\0').map((pair) => pair.split(/=(.*)/s))
  return {
    ...Object.fromEntries(pairs.filter(([name]) => name !== '').map(([name, value]) => [name!, value!])),
    ARCH: 'arm64',
  }
}

/** Where an mke2fs lies that knows of SOURCE_DATE_EPOCH; '' where this machine cannot have one. */
function newE2fsprogs(): string {
  const packages = ['e2fsprogs', '1.47.1', 'libext2fs2', 'libcom-err2']
  return run(join(root, 'image/backport'), packages, { capture: true }).trim()
}

/** The state of a release: of its index the hash, and the time it was made, in seconds. */
async function releaseOf(mirror: string, name: string): Promise<{ hash: string; date: number }> {
  const response = await fetch(`${mirror}/dists/${name}/InRelease`)
  if (!response.ok) throw new Error(`${mirror} does not have Debian ${name}: ${response.status}`)
  const text = await response.text()
  const date = Date.parse(/^Date: (.*)$/m.exec(text)?.[1] ?? '')
  if (Number.isNaN(date)) throw new Error(`the index of Debian ${name} says nothing of its date`)
  return { hash: createHash('sha256').update(text).digest('hex'), date: date / 1000 }
}

/** Puts the files for people into dist/, and what a virtual machine starts from into dist/image/. */
async function deliver(deployDirectory: string, exportDirectory: string): Promise<void> {
  const forTests = join(outputDirectory, 'image')
  rmSync(forTests, { recursive: true, force: true })
  mkdirSync(forTests, { recursive: true })
  const name = `berrysync-${version}.img`
  for (const end of ['.xz', '.xz.sha256', '.bmap'])
    moveFile(join(deployDirectory, name + end), join(outputDirectory, name + end))
  moveFile(join(deployDirectory, name), join(forTests, 'disk.img'))
  const boot = join(exportDirectory, 'image/boot')
  for (const file of readdirSync(boot)) {
    if (file.startsWith('vmlinuz-')) copyFileSync(join(boot, file), join(forTests, 'vmlinuz'))
    if (file.startsWith('initrd.img-')) copyFileSync(join(boot, file), join(forTests, 'initrd.img'))
    if (file === 'cmdline.txt') copyFileSync(join(boot, file), join(forTests, file))
  }
  await writeManifest({
    compressed: join(outputDirectory, `${name}.xz`),
    image: join(forTests, 'disk.img'),
    target: join(outputDirectory, `${name}.json`),
  })
  writeSoftwareList({
    rootfs: join(exportDirectory, 'rootfs'),
    target: join(outputDirectory, `${name}.spdx.json`),
  })
}

/** Also from one file system to another; holes stay holes. */
function moveFile(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    run('cp', ['--sparse=always', '--preserve=timestamps', from, to])
    rmSync(from)
  }
}
