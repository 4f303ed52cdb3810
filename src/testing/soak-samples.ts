/** What a device of a soak takes at one moment: memory, handles, threads, databases, log, and what lies in its directories. Only looks. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { memoryBytes, openHandles, processorSeconds, shareOfMemoryBytes, threads } from './process-facts.ts'
import type { SoakDevice } from './soak-devices.ts'

export interface Burden {
  readonly memoryBytes: number
  /** What is shared with the other daemons counts in part. */
  readonly shareOfMemoryBytes: number
  readonly handles: number
  readonly threads: number
  /** With their logs of writes. */
  readonly databaseBytes: number
  /** All of the state directory. */
  readonly stateBytes: number
  /** `.sync` of all folders: stages and archive. */
  readonly hiddenBytes: number
  /** Since the start. */
  readonly logBytes: number
}

/** What a device takes when nothing happens. */
export interface Rest {
  /** Of processor time a second. */
  readonly processorMs: number
  readonly handles: number
  readonly threads: number
}

export interface Sample {
  /** Since the work began. */
  readonly seconds: number
  /** Of all people so far. */
  readonly actions: number
  /** In the order of the devices. */
  readonly burdens: readonly Burden[]
}

export async function burdenOf({ daemon, home, folders }: SoakDevice): Promise<Burden> {
  const pid = daemon.process.pid!
  const [state, hidden] = [await sizesBelow(home), [] as Size[]]
  for (const { directory } of folders) hidden.push(...(await sizesBelow(join(directory, '.sync'))))
  return {
    ...{ memoryBytes: memoryBytes(pid), shareOfMemoryBytes: shareOfMemoryBytes(pid) },
    ...{ handles: openHandles(pid), threads: threads(pid) },
    databaseBytes: sum(state.filter(({ name }) => /\.db(-wal)?$/.test(name))),
    ...{ stateBytes: sum(state), hiddenBytes: sum(hidden) },
    logBytes: daemon.log.reduce((bytes, line) => bytes + Buffer.byteLength(line) + 1, 0),
  }
}

/** Of each daemon, while nothing happens for so long. */
export async function restOf(devices: readonly SoakDevice[], forSeconds: number): Promise<Rest[]> {
  const pids = devices.map(({ daemon }) => daemon.process.pid!)
  const [before, startMs] = [pids.map(processorSeconds), performance.now()]
  await pause(forSeconds * 1000)
  const seconds = (performance.now() - startMs) / 1000
  return pids.map((pid, at) => ({
    processorMs: ((processorSeconds(pid) - before[at]!) * 1000) / seconds,
    ...{ handles: openHandles(pid), threads: threads(pid) },
  }))
}

interface Size {
  readonly name: string
  readonly bytes: number
}

async function sizesBelow(directory: string): Promise<Size[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async ({ name, parentPath }) => {
      // It may have gone since it was listed.
      const { size } = await stat(join(parentPath, name)).catch(() => ({ size: 0 }))
      return { name, bytes: size }
    })
  return Promise.all(sizes)
}

const sum = (sizes: readonly Size[]): number => sizes.reduce((total, { bytes }) => total + bytes, 0)
