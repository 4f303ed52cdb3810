/**
 * Kills a real process exactly before one of the calls with which it changes a file or says something over a link. strace does it from outside, so
 * the program needs no place to be killed at.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { programPath } from './daemon.ts'

/** strace counts the calls of each thread, so whatever the main thread does not write itself has to be written by one other. */
export const programOfTwoThreads: readonly string[] = ['env', 'UV_THREADPOOL_SIZE=1', programPath]

/** `write` is left out: it writes the log and wakes threads. What is written to a file by it is followed by `fsync`. */
const calls = '/^(mkdir(at)?|rename(at2?)?|link(at)?|unlink(at)?|ftruncate|pwrite64|writev|fsync|fdatasync)$'

type ThreadIds = Readonly<Record<'main' | 'files', number>>

/** One call; when it is the next one, everything before it has been done and nothing of it. */
export interface Step {
  readonly thread: keyof ThreadIds
  readonly call: string
  /** Of the open file it is about; undefined for a link, and where the call names a file. */
  readonly openPath: string | undefined
  /** The last name of that, or of the file it names; `link` for a link. */
  readonly about: string
  /** Counted from one, among the calls of this kind that the thread makes about the same open file. */
  readonly nth: number
}

export interface Recording {
  /** What the process has done since, in order. */
  end(): Promise<readonly Step[]>
}

/** Writes down what a process does, into `file` meanwhile. */
export async function recordSteps(pid: number, file: string): Promise<Recording> {
  const ids = await threadIds(pid)
  const tracer = await attach([ids.main, ids.files], ['-e', `trace=${calls}`, '-y', '-o', file])
  return {
    async end() {
      tracer.kill('SIGTERM')
      await once(tracer, 'exit')
      return parse(await readFile(file, 'utf8'), ids)
    },
  }
}

/** Resolves once it is sure that the process will be killed when this step is the next one. */
export async function killBefore(pid: number, { thread, call, openPath, nth }: Step): Promise<void> {
  const ids = await threadIds(pid)
  const only = openPath === undefined ? [] : ['-P', openPath]
  const inject = `inject=${call}:signal=SIGKILL:when=${nth}`
  await attach([ids[thread]], [...only, '-e', `trace=${call}`, '-e', inject, '-o', '/dev/null'])
}

async function threadIds(pid: number): Promise<ThreadIds> {
  const all = await readdir(`/proc/${pid}/task`)
  const names = await Promise.all(all.map((id) => readFile(`/proc/${pid}/task/${id}/comm`, 'utf8')))
  const workers = all.filter((_, at) => names[at] === 'libuv-worker\n')
  if (workers.length !== 1) throw new Error(`${pid} has ${workers.length} threads for files instead of one`)
  return { main: pid, files: Number(workers[0]) }
}

async function attach(ids: readonly number[], options: readonly string[]): Promise<ChildProcess> {
  const tracer = spawn('strace', [...options, ...ids.flatMap((id) => ['-p', String(id)])], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const told: string[] = []
  for await (const line of createInterface({ input: tracer.stderr! })) {
    told.push(line)
    if (told.filter((each) => each.endsWith(' attached')).length === ids.length) return tracer
  }
  throw new Error(`strace could not attach: ${told.join('\n')}`)
}

function parse(text: string, ids: ThreadIds): readonly Step[] {
  const counts = new Map<string, number>()
  return text.split('\n').flatMap((line) => {
    const [, id, call, rest] = /^(\d+) +(\w+)\((.*)$/.exec(line) ?? []
    if (call === undefined || rest === undefined) return []
    const thread = Number(id) === ids.main ? 'main' : 'files'
    const openPath = /^\d+<(\/[^>]*)>/.exec(rest)?.[1]
    const named = /^(?:AT_FDCWD<[^>]*>, )?"([^"]*)"/.exec(rest)?.[1]
    const about = (openPath ?? named ?? 'link').split('/').at(-1)!
    const key = `${thread} ${call} ${openPath}`
    const nth = (counts.get(key) ?? 0) + 1
    counts.set(key, nth)
    return [{ thread, call, openPath, about, nth }]
  })
}
