/**
 * `npm run test:image [-- --image DIR --case ID,… --cuts N --at-a-time N --out FILE]`: the cases in emulated computers, several side by side.
 * `--board HOST --here ADDRESS`: the same on a real one, over SSH. `--checklist`: the same for a person, as Markdown. One line a case, and everything
 * as JSON. Ends with 1 when a case failed.
 */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runCommand } from '../src/testing/commands.ts'
import type { Board } from './board.ts'
import type { Start } from './case.ts'
import { seriesFor } from './case-list.ts'
import { checklistOf } from './checklist.ts'
import { chosenSeries } from './chosen-cases.ts'
import { createQemuBoard, imageFilesIn, savedSystemIn } from './qemu/qemu-board.ts'
import { makeSegment } from './qemu/segment.ts'
import { mergedResult, type RunResult, summaryOf } from './results.ts'
import { runStarts } from './runner.ts'
import { runSideBySide } from './side-by-side.ts'
import { createSshBoard } from './ssh-board.ts'

/** A boot takes several times as long on a machine that has other work. */
const startLimitSeconds = 400

const { values } = parseArgs({
  options: {
    image: { type: 'string', default: 'dist/image' },
    board: { type: 'string' },
    here: { type: 'string' },
    checklist: { type: 'boolean', default: false },
    case: { type: 'string' },
    without: { type: 'string', default: '' },
    cuts: { type: 'string', default: '50' },
    'at-a-time': { type: 'string', default: String(availableParallelism() + 1) },
    out: { type: 'string', default: 'dist/image-test.json' },
    /** The series to run here, by a process that has a network, mounts and process ids of its own. */
    series: { type: 'string' },
    /** Where a series leaves a system for others, and finds it. */
    saved: { type: 'string' },
    qemu: { type: 'string' },
  },
})

const say = (text: string): void => void process.stdout.write(`${text}\n`)
/** Boards that run side by side are two more cuts at a time; one board, or a person, does them all in one. */
const cutSeries = values.board === undefined && !values.checklist ? 2 : 1
const all = seriesFor({ cuts: Number(values.cuts), cutSeries })
const series = chosenSeries(all, {
  only: values.case === undefined ? undefined : new Set(values.case.split(',')),
  without: new Set(values.without.split(',')),
})

async function withScratch<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'berrysync-image-test-'))
  try {
    return await use(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function openBoard(made: AsyncDisposableStack, scratch: string): Promise<Board> {
  if (values.board !== undefined) {
    if (values.here === undefined)
      throw new Error('--here says at which address the board reaches this computer')
    return made.use(createSshBoard({ host: values.board, hostAddress: values.here, scratch }))
  }
  // What the device has there is put there for a while; mounts of this process are seen by nobody else.
  for (const directory of ['/run', '/srv']) await runCommand('mount', '-t', 'tmpfs', 'tmpfs', directory)
  const segment = made.use(await makeSegment(scratch))
  const image = imageFilesIn(resolve(values.image))
  const saved = savedSystemIn(values.saved!)
  return made.use(await createQemuBoard({ qemu: values.qemu!, scratch, image, segment, saved }))
}

/** On one board. */
function run(starts: readonly Start[]): Promise<RunResult> {
  const startedMs = performance.now()
  return withScratch(async (scratch) => {
    await using made = new AsyncDisposableStack()
    const board = await openBoard(made, scratch)
    const { cases, startSeconds, about } = await runStarts(board, { starts, startLimitSeconds, say })
    const file = imageFilesIn(resolve(values.image)).disk
    const image: RunResult['image'] =
      values.board === undefined ? { file, bytes: (await stat(file)).size } : {}
    const seconds = (performance.now() - startedMs) / 1000
    const date = new Date().toISOString()
    return { date, board: about, image, seconds, ...summaryOf(cases), startSeconds, cases }
  })
}

/** In several emulated boards. */
async function runAll(): Promise<RunResult> {
  if (process.getuid?.() !== 0)
    throw new Error('The cases make a network and mount disks, which only root may: run this as root.')
  const { disk } = imageFilesIn(resolve(values.image))
  if (!existsSync(disk)) throw new Error(`${disk} is not there: npm run image makes it`)
  const startedMs = performance.now()
  const qemu = (await runCommand(fileURLToPath(new URL('newer-qemu', import.meta.url)))).trim()
  return withScratch(async (directory) => {
    const parts = await runSideBySide({
      ...{ series, directory, atATime: Number(values['at-a-time']) },
      argumentsFor: ({ id }, out) => [
        ...process.argv.slice(1),
        ...['--series', id, '--out', out, '--saved', directory, '--qemu', qemu],
      ],
    })
    return mergedResult(parts, (performance.now() - startedMs) / 1000)
  })
}

async function save(result: RunResult): Promise<void> {
  const out = resolve(values.out)
  await mkdir(dirname(out), { recursive: true })
  await writeFile(out, `${JSON.stringify(result, undefined, 2)}\n`)
}

if (values.checklist) say(checklistOf(series.flatMap(({ starts }) => starts)))
else if (values.series !== undefined) {
  await save(await run(series.find(({ id }) => id === values.series)!.starts))
} else {
  if (series.length === 0) throw new Error('There is no such case: --checklist lists them all.')
  const result = await (values.board === undefined ? runAll() : run(series.flatMap(({ starts }) => starts)))
  await save(result)
  say(
    `\n${result.passed} passed, ${result.failed} failed, ${result.notRun} not run, ${Math.round(result.seconds)} s`,
  )
  process.exitCode = result.failed === 0 ? 0 : 1
}
