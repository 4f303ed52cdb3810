/**
 * `npm run test:image [-- --image DIR --case ID,… --cuts N --out FILE]`: the cases in an emulated computer. `--board HOST --here ADDRESS`: the same on a
 * real one, over SSH. `--checklist`: the same for a person, as Markdown. One line a case, and everything as JSON. Ends with 1 when a case failed.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { environment, runCommand } from '../src/testing/commands.ts'
import type { Board } from './board.ts'
import { startsFor } from './case-list.ts'
import { checklistOf } from './checklist.ts'
import { createQemuBoard, imageFilesIn } from './qemu/qemu-board.ts'
import { makeSegment } from './qemu/segment.ts'
import { type RunResult, summaryOf } from './results.ts'
import { runStarts } from './runner.ts'
import { createSshBoard } from './ssh-board.ts'

/** A boot takes three times as long on a machine that has other work. */
const startLimitSeconds = 300

const { values } = parseArgs({
  options: {
    image: { type: 'string', default: 'dist/image' },
    board: { type: 'string' },
    here: { type: 'string' },
    checklist: { type: 'boolean', default: false },
    case: { type: 'string' },
    without: { type: 'string', default: '' },
    cuts: { type: 'string', default: '50' },
    out: { type: 'string', default: 'dist/image-test.json' },
    /** Says that this process has a network and mounts of its own. */
    apart: { type: 'boolean', default: false },
  },
})

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const without = new Set(values.without.split(','))
const starts = startsFor({ cuts: Number(values.cuts) }).map((start) => ({
  ...start,
  cases: start.cases.filter(({ id }) => !without.has(id)),
}))

/**
 * Again, with a network, mounts and process ids of its own: nobody else is on the segment, and whatever happens to this process, all that it
 * started ends and all that it mounted goes with it.
 */
async function runApart(): Promise<number> {
  const separate = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
  const child = spawn('unshare', [...separate, process.execPath, ...process.argv.slice(1), '--apart'], {
    stdio: 'inherit',
    env: environment,
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const [code] = await once(child, 'exit')
  return code ?? 1
}

async function openBoard(made: AsyncDisposableStack, scratch: string): Promise<Board> {
  if (values.board !== undefined) {
    if (values.here === undefined)
      throw new Error('--here says at which address the board reaches this computer')
    return made.use(createSshBoard({ host: values.board, hostAddress: values.here, scratch }))
  }
  // What the device has there is put there for a while; mounts of this process are seen by nobody else.
  for (const directory of ['/run', '/srv']) await runCommand('mount', '-t', 'tmpfs', 'tmpfs', directory)
  const image = imageFilesIn(resolve(values.image))
  if (!existsSync(image.disk)) throw new Error(`${image.disk} is not there: npm run image makes it`)
  const segment = made.use(await makeSegment(scratch))
  return made.use(await createQemuBoard(scratch, image, segment))
}

async function run(): Promise<RunResult> {
  const startedMs = performance.now()
  await using made = new AsyncDisposableStack()
  const scratch = await mkdtemp(join(tmpdir(), 'berrysync-image-test-'))
  made.defer(() => rm(scratch, { recursive: true, force: true }))
  const board = await openBoard(made, scratch)
  const only = values.case === undefined ? undefined : new Set(values.case.split(','))
  const { cases, startSeconds, about } = await runStarts(board, { starts, only, startLimitSeconds, say })
  const file = imageFilesIn(resolve(values.image)).disk
  const image: RunResult['image'] = values.board === undefined ? { file, bytes: (await stat(file)).size } : {}
  const seconds = (performance.now() - startedMs) / 1000
  return {
    date: new Date().toISOString(),
    board: about,
    image,
    seconds,
    ...summaryOf(cases),
    startSeconds,
    cases,
  }
}

async function save(result: RunResult): Promise<void> {
  const out = resolve(values.out)
  await mkdir(dirname(out), { recursive: true })
  await writeFile(out, `${JSON.stringify(result, undefined, 2)}\n`)
}

if (values.checklist) say(checklistOf(starts))
else if (values.board === undefined && !values.apart) {
  if (process.getuid?.() !== 0)
    throw new Error('The cases make a network and mount disks, which only root may: run this as root.')
  process.exitCode = await runApart()
} else {
  const result = await run()
  await save(result)
  say(
    `\n${result.passed} passed, ${result.failed} failed, ${result.notRun} not run, ${Math.round(result.seconds)} s`,
  )
  process.exitCode = result.failed === 0 ? 0 : 1
}
