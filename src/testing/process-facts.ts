/** What the kernel knows of a process: its memory, its threads, the time it took, what it has read and what it has open. */
import { readdirSync, readFileSync } from 'node:fs'

/** The largest resident set so far, in bytes. */
export function peakMemoryBytes(pid: number): number {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib) * 1024
}

/** Bytes it got from `read` calls: files for the most part. */
export function readBytes(pid: number): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])
}

/** The resident set as it is, in bytes. */
export function memoryBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib) * 1024
}

/** Files, sockets and the like that it has open. */
export function openHandles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

/** Its share of memory, in bytes: what several processes use counts for each in part. */
export function shareOfMemoryBytes(pid: number): number {
  const kib = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]
  return Number(kib) * 1024
}

export function threads(pid: number): number {
  return Number(/^Threads:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

/** What `_SC_CLK_TCK` is on every Linux that Node runs on. */
const ticksPerSecond = 100

/** Seconds of processor time it and its ended children have used. */
export function processorSeconds(pid: number): number {
  // The name, which may hold anything, ends at the last bracket; the fields behind it begin with the third.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0) / ticksPerSecond
}
