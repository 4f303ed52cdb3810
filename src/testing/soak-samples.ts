/** What a device of a soak takes at one moment: memory, handles, threads, databases, log, and what lies in its directories. Only looks. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
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

/** Of each daemon, while `rest` lasts: milliseconds of processor time a second. */
export async function idleLoad(
  devices: readonly SoakDevice[],
  rest: () => Promise<unknown>,
): Promise<number[]> {
  const used = () => devices.map(({ daemon }) => processorSeconds(daemon.process.pid!))
  const [before, startMs] = [used(), performance.now()]
  await rest()
  const seconds = (performance.now() - startMs) / 1000
  return used().map((now, at) => ((now - before[at]!) * 1000) / seconds)
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
