/** What the kernel knows of a process: its memory, what it has read and what it has open. */
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
