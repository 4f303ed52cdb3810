/**
 * Worker threads that do one kind of work, a job at a time each: started when there is work, ended when there was none for a while. None
 * keeps the process alive. What is open for a job may be closed once its answer is there, and not before.
 */
import { type Transferable, Worker } from 'node:worker_threads'
import { SyncError } from './core/errors.ts'

/** What a worker answers when its work failed. */
export interface FailedAnswer {
  readonly state: 'failed'
  readonly code: string
  readonly message: string
}

export interface WorkerPool<Job, Answer> extends AsyncDisposable {
  /**
   * Rejects with `closing`, with `io-error` when the worker ended, and with what failed there as an error with an errno `code`. What is
   * transferred is the worker's from here on.
   */
  run(job: Job, transfer?: readonly Transferable[]): Promise<Answer>
}

export interface WorkerPoolOptions {
  /** The worker's module: beside this one in the sources as in the bundle. */
  readonly workerUrl: URL
  readonly workers: number
  /** What they do, for people. */
  readonly task: string
}

/** A worker costs some megabytes: not kept between scans. */
const idleMs = 30_000

interface PendingJob<Job, Answer> {
  readonly job: Job
  readonly transfer: readonly Transferable[]
  readonly settle: (answer: Answer | FailedAnswer | SyncError) => void
}

interface PoolWorker<Job, Answer> {
  readonly thread: Worker
  current: PendingJob<Job, Answer> | undefined
  idle: NodeJS.Timeout | undefined
}

/** Where a worker's module lies: TypeScript beside the module that asks in the sources, JavaScript beside the program in the bundle. */
export function workerModule(name: string, askingUrl: string): URL {
  const extension = askingUrl.endsWith('.ts') ? 'ts' : 'mjs'
  return new URL(`./${name}.${extension}`, askingUrl)
}

/** What a worker says of an error it met. */
export function failedAnswer(thrown: unknown): FailedAnswer {
  const { code, message } = thrown as NodeJS.ErrnoException
  return { state: 'failed', code: code ?? 'EIO', message }
}

export function createWorkerPool<Job, Answer extends { readonly state: string }>({
  workerUrl,
  workers: limit,
  task,
}: WorkerPoolOptions): WorkerPool<Job, Answer> {
  const workers = new Set<PoolWorker<Job, Answer>>()
  const queue: PendingJob<Job, Answer>[] = []
  let isClosed = false

  function startWorker(): PoolWorker<Job, Answer> {
    const worker: PoolWorker<Job, Answer> = {
      thread: new Worker(workerUrl),
      current: undefined,
      idle: undefined,
    }
    worker.thread.on('message', (answer: Answer | FailedAnswer) => {
      finish(worker, answer)
      giveWork()
    })
    const onEnd = (reason: string) => {
      workers.delete(worker)
      finish(worker, isClosed ? new SyncError('closing') : new SyncError('io-error', { path: task, reason }))
      clearTimeout(worker.idle)
      giveWork()
    }
    worker.thread.on('error', (error) => onEnd(error.message))
    worker.thread.on('exit', () => onEnd('the worker ended'))
    workers.add(worker)
    return worker
  }

  function finish(worker: PoolWorker<Job, Answer>, answer: Answer | FailedAnswer | SyncError): void {
    const { current } = worker
    worker.current = undefined
    worker.thread.unref()
    clearTimeout(worker.idle)
    worker.idle = setTimeout(() => void worker.thread.terminate(), idleMs).unref()
    if (current !== undefined) current.settle(answer)
  }

  function giveWork(): void {
    while (queue.length > 0 && !isClosed) {
      const free = [...workers].find((worker) => worker.current === undefined)
      const worker = free ?? (workers.size < limit ? startWorker() : undefined)
      if (worker === undefined) return
      worker.current = queue.shift()!
      clearTimeout(worker.idle)
      worker.thread.ref()
      worker.thread.postMessage(worker.current.job, worker.current.transfer)
    }
  }

  return {
    async run(job, transfer = []) {
      if (isClosed) throw new SyncError('closing')
      const answer = await new Promise<Answer | FailedAnswer | SyncError>((settle) => {
        queue.push({ job, transfer, settle })
        giveWork()
      })
      if (answer instanceof SyncError) throw answer
      if (answer.state === 'failed') {
        const { code, message } = answer as FailedAnswer
        throw Object.assign(new Error(message), { code })
      }
      return answer as Answer
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      for (const pending of queue.splice(0)) pending.settle(new SyncError('closing'))
      // What they work at is answered when they have ended: until then they may use what is open for it.
      await Promise.all([...workers].map((worker) => worker.thread.terminate()))
    },
  }
}
