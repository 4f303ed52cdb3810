/** What this machine can do at all: the yardstick beside the rivals, measured in the same run, because a shared machine changes by the hour. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { environment } from '../src/testing/commands.ts'
import type { CryptoAnswer, CryptoTask } from './limit-worker.ts'
import { makeNetwork, type Place } from './namespaces.ts'

export const limitUnits = {
  sha256OneCore: 'MB/s',
  sha256TwoCores: 'MB/s',
  aesGcmOneCore: 'MB/s',
  aesGcmTwoCores: 'MB/s',
  tcp: 'MB/s',
  diskWrite: 'MB/s',
  smallFiles: 'files/s',
} as const
export type LimitName = keyof typeof limitUnits
export type Limits = Readonly<Record<LimitName, number>>

export interface LimitOptions {
  readonly scratch: string
  readonly isSmall: boolean
}

const mebibyte = 1024 ** 2
const port = 5001

export async function measureLimits({ scratch, isSmall }: LimitOptions): Promise<Limits> {
  await mkdir(scratch, { recursive: true })
  const seconds = isSmall ? 0.4 : 2
  return {
    sha256OneCore: await cryptoRate({ cipher: 'sha256', seconds }, 1),
    sha256TwoCores: await cryptoRate({ cipher: 'sha256', seconds }, 2),
    aesGcmOneCore: await cryptoRate({ cipher: 'aes-256-gcm', seconds }, 1),
    aesGcmTwoCores: await cryptoRate({ cipher: 'aes-256-gcm', seconds }, 2),
    tcp: await tcpRate(seconds),
    diskWrite: await diskRate(join(scratch, 'large'), (isSmall ? 64 : 1024) * mebibyte),
    smallFiles: await smallFileRate(join(scratch, 'small'), isSmall ? 300 : 4000),
  }
}

/** MB/s of so many threads together. */
async function cryptoRate(task: CryptoTask, threads: number): Promise<number> {
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./limit-worker.ts', import.meta.url), { workerData: task }),
  )
  // All are loaded before the first begins.
  await Promise.all(workers.map((worker) => once(worker, 'online')))
  const answers = workers.map((worker) => once(worker, 'message') as Promise<[CryptoAnswer]>)
  for (const worker of workers) worker.postMessage('begin')
  const rates = (await Promise.all(answers)).map(([{ bytes, seconds }]) => bytes / 1e6 / seconds)
  await Promise.all(workers.map((worker) => worker.terminate()))
  return rates.reduce((sum, rate) => sum + rate, 0)
}

/** MB/s from one node's namespace to another's, by the network the cases use. */
async function tcpRate(seconds: number): Promise<number> {
  await using network = await makeNetwork(2)
  const [from, to] = network.places as [Place, Place]
  using receiver = startProbe(to, ['receive', String(port)])
  await receiver.line()
  using _sender = startProbe(from, ['send', String(port), to.address, String(seconds)])
  return Number(await receiver.line())
}

interface Probe extends Disposable {
  /** The next line it prints. */
  line(): Promise<string>
}

function startProbe({ prefix }: Place, args: readonly string[]): Probe {
  const program = fileURLToPath(new URL('./tcp-probe.ts', import.meta.url))
  const [command, ...all] = [...prefix, process.execPath, program, ...args]
  const child = spawn(command!, all, { stdio: ['ignore', 'pipe', 'inherit'], env: environment })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async line() {
      const { value, done } = await lines.next()
      if (done === true) throw new Error('the TCP probe ended early')
      return value
    },
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  }
}

/** MB/s of one large file, until it is durable. */
async function diskRate(path: string, bytes: number): Promise<number> {
  const piece = Buffer.alloc(4 * mebibyte, 'benchmark')
  const startedMs = performance.now()
  await using file = await open(path, 'w')
  for (let written = 0; written < bytes; written += piece.length) await file.write(piece)
  await file.sync()
  return bytes / 1e6 / ((performance.now() - startedMs) / 1000)
}

/** Files of 4 KiB a second, each made durable, some at a time. */
async function smallFileRate(directory: string, count: number): Promise<number> {
  await mkdir(directory)
  const content = Buffer.alloc(4096, 'benchmark')
  const startedMs = performance.now()
  const numbers = Array.from({ length: count }, (_, at) => at).values()
  async function work(): Promise<void> {
    for (const at of numbers) {
      await using file = await open(join(directory, `${at}`), 'w')
      await file.write(content)
      await file.sync()
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  return count / ((performance.now() - startedMs) / 1000)
}
