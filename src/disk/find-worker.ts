/**
 * A worker thread of the block finder: runs a search over descriptors the main thread has opened. Knows no paths.
 */
import { readSync, writeSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { type FailedAnswer, failedAnswer } from '../worker-pool.ts'
import { type FindAnswer, type FindJob, searchFor, unreadAsNothing } from './block-finder.ts'

function find(job: FindJob): FindAnswer {
  const search = searchFor(job)
  let step = search.next()
  while (!step.done) {
    const access = step.value
    if (access.kind === 'write') {
      for (let done = 0; done < access.data.length; )
        done += writeSync(job.stageDescriptor, access.data, done, undefined, access.offsetBytes + done)
      step = search.next(0)
    } else {
      // Nothing more to read ends a search.
      const isAborted = Atomics.load(job.aborted, 0) !== 0
      const { into, offsetBytes } = access
      step = search.next(isAborted ? 0 : read(job.oldDescriptor, into, offsetBytes))
    }
  }
  return { state: 'done', numbers: step.value }
}

function read(descriptor: number, into: Uint8Array, offsetBytes: number): number {
  try {
    return readSync(descriptor, into, 0, into.length, offsetBytes)
  } catch (thrown) {
    return unreadAsNothing(thrown)
  }
}

parentPort?.on('message', (job: FindJob) => {
  let answer: FindAnswer | FailedAnswer
  try {
    answer = find(job)
  } catch (thrown) {
    answer = failedAnswer(thrown)
  }
  parentPort?.postMessage(answer)
})
