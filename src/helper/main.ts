/**
 * The helper as a process: root, one request, ended. It is asked by a line on standard input (a connection of the socket) or, by the units
 * of the system, on its command line. It takes nothing from the environment.
 */
import { writeSync } from 'node:fs'
import { serveRequest } from './serve-request.ts'
import { realSurroundings, type Surroundings } from './surroundings.ts'
import { socketTable, unitVerbs, verbTable } from './verb-table.ts'
import { type HelperAnswer, maxRequestBytes, requestTimeoutMs } from './verbs.ts'

/** Together 30 s: who does not read its answer by then does not want it. */
const answerWaitMs = 10
const maxAnswerWaits = 3000

const log = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

/** The first line, without its end. What comes after it, or in pieces that never end, is not waited for. */
function readLine(stream: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = []
    let bytes = 0
    const end = () => {
      clearTimeout(timer)
      stream.removeAllListeners('data').pause()
      const text = Buffer.concat(pieces).toString('utf8')
      resolve(text.split('\n', 1)[0]!)
    }
    const timer = setTimeout(end, requestTimeoutMs)
    stream.on('data', (piece: Buffer) => {
      pieces.push(piece)
      bytes += piece.length
      if (bytes > maxRequestBytes || piece.includes(0x0a)) end()
    })
    stream.on('end', end)
    stream.on('error', end)
  })
}

/** Who asked may be gone; what was begun is finished all the same. */
function answerLine(answer: HelperAnswer): void {
  const bytes = Buffer.from(`${JSON.stringify(answer)}\n`)
  const waiting = new Int32Array(new SharedArrayBuffer(4))
  for (let at = 0, waits = 0; at < bytes.length && waits < maxAnswerWaits; ) {
    try {
      at += writeSync(1, bytes, at)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EAGAIN') return
      // The reader is slower than the writer; a moment, without a busy loop.
      Atomics.wait(waiting, 0, 0, answerWaitMs)
      waits++
    }
  }
}

async function runUnit(surroundings: Surroundings, [verb, device]: readonly string[]): Promise<boolean> {
  const own = Object.hasOwn(unitVerbs, verb!) ? unitVerbs[verb!] : undefined
  if (own !== undefined && device === undefined) {
    await own(surroundings)
    return true
  }
  const answer = (line: HelperAnswer) => {
    if ('error' in line) log(`${verb}: ${line.error.message}`)
  }
  const request = device === undefined ? { verb } : { verb, device }
  return serveRequest({ surroundings, table: verbTable, answer }, JSON.stringify(request))
}

const surroundings = realSurroundings(log)
// Files get exactly the mode that is asked for.
process.umask(0)
process.on('SIGPIPE', () => undefined)
const asked = process.argv.slice(2)
// Whoever asks waits for an answer, also to having the machine ended. A unit is ended with its disk.
if (asked.length === 0) process.on('SIGTERM', () => undefined)
const isDone =
  asked.length > 0
    ? await runUnit(surroundings, asked)
    : await serveRequest(
        { surroundings, table: socketTable, answer: answerLine },
        await readLine(process.stdin),
      )
// Standard input of a socket that stays open would keep the process.
process.exit(isDone ? 0 : 1)
