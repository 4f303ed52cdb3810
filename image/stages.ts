/**
 * Runs stages as pi-gen does: prerun.sh, then in each sub-directory what is numbered, in order: NN-debconf, NN-packages-nr, NN-packages, NN-run.sh,
 * NN-run-chroot.sh. Patches are not supported, because no stage of ours has any. A stage knows nothing of the others but the root they leave.
 */
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from './places.ts'
import { run } from './run.ts'

export interface StageRun {
  readonly stage: string
  /** Where it works; its root is `rootfs` below. */
  readonly workDirectory: string
  /** What pi-gen gives to every step, without the directories. */
  readonly environment: Readonly<Record<string, string>>
  readonly previousRoot: string | undefined
}

const functions = join(root, 'image/stage-functions.sh')

export function runStage({ stage, workDirectory, environment, previousRoot }: StageRun): void {
  const rootfs = join(workDirectory, 'rootfs')
  mkdirSync(workDirectory, { recursive: true })
  const variables = {
    ...environment,
    STAGE: basename(stage),
    STAGE_DIR: stage,
    STAGE_WORK_DIR: workDirectory,
    ROOTFS_DIR: rootfs,
    ...(previousRoot === undefined ? {} : { PREV_ROOTFS_DIR: previousRoot, EXPORT_ROOTFS_DIR: previousRoot }),
  }
  const step = (directory: string, script: string, ...args: string[]) =>
    run('unshare', ['--mount', 'bash', '-ec', `source ${functions}; ${script}`, 'bash', ...args], {
      directory,
      environment: variables,
    })

  console.log(`== ${basename(stage)}`)
  if (existsSync(join(stage, 'prerun.sh'))) step(stage, './prerun.sh')
  for (const topic of directoriesIn(stage)) {
    const directory = join(stage, topic)
    if (existsSync(join(directory, 'SKIP'))) continue
    for (const name of readdirSync(directory).sort(compareSteps)) {
      const kind = /^\d\d-(.+)$/.exec(name)?.[1]
      const file = join(directory, name)
      if (kind === undefined) continue
      const startedMs = performance.now()
      if (kind === 'debconf') step(directory, 'on_chroot -c debconf-set-selections < "$1"', file)
      else if (kind === 'packages-nr' || kind === 'packages') install(directory, file, kind === 'packages')
      else if (kind === 'run.sh') {
        accessSync(file, constants.X_OK)
        step(directory, './"$1"', name)
      } else if (kind === 'run-chroot.sh') step(directory, 'on_chroot < "$1"', file)
      else if (statSync(file).isFile()) throw new Error(`${file}: not a kind of step that is known here`)
      console.log(`-- ${topic}/${name} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`)
    }
  }

  function install(directory: string, list: string, recommends: boolean): void {
    const names = readFileSync(list, 'utf8')
      .replace(/#.*$/gm, '')
      .split(/\s+/)
      .filter((name) => name !== '')
    const options = recommends ? '' : '--no-install-recommends'
    step(
      directory,
      `on_chroot -c "$1"`,
      `apt-get -o Acquire::Retries=3 install -qq -y ${options} ${names.join(' ')}`,
    )
  }
}

function directoriesIn(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}

/** Kinds with the same number come in the order in which pi-gen takes them. */
const kinds = ['debconf', 'packages-nr', 'packages', 'run.sh', 'run-chroot.sh']

function compareSteps(a: string, b: string): number {
  const [numberA, numberB] = [a.slice(0, 2), b.slice(0, 2)]
  if (numberA !== numberB) return numberA < numberB ? -1 : 1
  return kinds.indexOf(a.slice(3)) - kinds.indexOf(b.slice(3))
}
