/**
 * A worker thread of the hash pool: reads a descriptor the main thread has opened and hashes its blocks. Knows no paths.
 */
import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { type FailedAnswer, failedAnswer } from '../worker-pool.ts'
import type { HashAnswer, HashJob } from './hasher.ts'

/** Large reads are what disks like. */
const piece = Buffer.allocUnsafeSlow(1024 * 1024)

function hashBlocks({ descriptor, sizeBytes, blockSizeBytes, fromBytes }: HashJob): HashAnswer {
  const hashes = new Uint8Array(Math.ceil((sizeBytes - fromBytes) / blockSizeBytes) * 32)
  let running = createHash('sha256')
  for (let offset = fromBytes; offset < sizeBytes; ) {
    const wanted = Math.min(piece.length, sizeBytes - offset)
    const got = readSync(descriptor, piece, 0, wanted, offset)
    if (got === 0) return { state: 'ended' }
    let done = 0
    while (done < got) {
      const toBlockEnd = blockSizeBytes - ((offset + done) % blockSizeBytes)
      const part = piece.subarray(done, Math.min(got, done + toBlockEnd))
      running.update(part)
      done += part.length
      if ((offset + done) % blockSizeBytes !== 0 && offset + done < sizeBytes) continue
      const block = Math.floor((offset - fromBytes + done - 1) / blockSizeBytes)
      hashes.set(running.digest(), block * 32)
      running = createHash('sha256')
    }
    offset += got
  }
  return { state: 'done', hashes }
}

parentPort?.on('message', (job: HashJob) => {
  let answer: HashAnswer | FailedAnswer
  try {
    answer = hashBlocks(job)
  } catch (thrown) {
    answer = failedAnswer(thrown)
  }
  parentPort?.postMessage(answer)
})
