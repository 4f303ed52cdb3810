/** Processes as the kernel counts them: a process and all it started, their CPU time and memory. Ends processes by their ids alone. */
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { processorSeconds } from '../src/testing/process-facts.ts'
import { signalOne } from '../src/testing/signal.ts'
import { waitUntil } from './wait.ts'

/** A process and its living descendants; empty when it is gone. */
export function treeOf(root: number): number[] {
  const found = isAlive(root) ? [root] : []
  for (const pid of found) found.push(...childrenOf(pid))
  return found
}

function childrenOf(pid: number): number[] {
  const text = readOrNothing(`/proc/${pid}/task/${pid}/children`)
  return text === '' ? [] : text.trim().split(' ').map(Number)
}

/** Seconds of CPU a process has used, with what its ended children used; 0 when it is gone. */
export function cpuSecondsOf(pid: number): number {
  return orWhenGone(() => processorSeconds(pid), 0)
}

/** The largest resident set of one process so far, in bytes. */
export function peakMemoryOf(pid: number): number {
  return memoryLine(pid, 'VmHWM')
}

/** The resident set of one process now, in bytes. */
export function memoryOf(pid: number): number {
  return memoryLine(pid, 'VmRSS')
}

function memoryLine(pid: number, key: string): number {
  const line = new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(readOrNothing(`/proc/${pid}/status`))
  return Number(line?.[1] ?? 0) * 1024
}

/** Bytes received and sent on the one interface of the namespace a process lives in. */
export function trafficOf(pid: number, device: string): { received: number; sent: number } {
  const line = new RegExp(`^\\s*${device}:\\s*(.*)$`, 'm').exec(readOrNothing(`/proc/${pid}/net/dev`))?.[1]
  if (line === undefined) throw new Error(`process ${pid} has no ${device}`)
  const fields = line.trim().split(/\s+/).map(Number)
  return { received: fields[0]!, sent: fields[8]! }
}

/** Sends a signal to a process and all it started, and waits until none is left. */
export async function endTree(root: number, signal: NodeJS.Signals): Promise<void> {
  const pids = treeOf(root)
  for (const pid of pids) signalOne(pid, signal)
  await waitUntil(`process ${root} ends`, () => !pids.some(isAlive), {
    limitSeconds: 30,
    everyMs: 20,
    isCleanup: true,
  })
}

/** Whether a process started here is gone. */
export function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

/** A zombie has ended, and only waits for its parent to hear of it. */
function isAlive(pid: number): boolean {
  const state = /^.*\) (\S)/s.exec(readOrNothing(`/proc/${pid}/stat`))?.[1]
  return state !== undefined && state !== 'Z' && state !== 'X'
}

function readOrNothing(file: string): string {
  return orWhenGone(() => readFileSync(file, 'utf8'), '')
}

function orWhenGone<T>(look: () => T, otherwise: T): T {
  try {
    return look()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // It ended between being found and being asked.
    if (code === 'ENOENT' || code === 'ESRCH') return otherwise
    throw error
  }
}
