/** A worker thread of the cipher pool: seals messages into frames, or opens frames, in the memory they come in. Knows no links. */
import { parentPort } from 'node:worker_threads'
import { free } from '../core/memory.ts'
import { frameHeader, frameHeaderBytes } from '../wire/frames.ts'
import { openReserved, sealReserved, tagBytes } from '../wire/noise.ts'
import { type FailedAnswer, failedAnswer } from '../worker-pool.ts'
import { type CipherAnswer, type CipherJob, frameExtraBytes } from './cipher-pool.ts'

function seal({ reserved, data, lengths }: CipherJob): CipherAnswer {
  let at = 0
  for (const [index, length] of lengths.entries()) {
    const start = at + frameHeaderBytes
    data.set(frameHeader(length + tagBytes), at)
    const [ciphertext, tag] = sealReserved(reserved, index, data.subarray(start, start + length))
    data.set(ciphertext!, start)
    data.set(tag!, start + length)
    free(ciphertext!)
    at += length + frameExtraBytes
  }
  return { state: 'done', data, count: lengths.length }
}

function open({ reserved, data, lengths }: CipherJob): CipherAnswer {
  let at = 0
  for (const [index, length] of lengths.entries()) {
    let plaintext: Buffer
    try {
      plaintext = openReserved(reserved, index, data.subarray(at, at + length))
    } catch {
      return { state: 'garbage', data, count: index }
    }
    data.set(plaintext, at)
    free(plaintext)
    at += length
  }
  return { state: 'done', data, count: lengths.length }
}

parentPort?.on('message', (job: CipherJob) => {
  let answer: CipherAnswer | FailedAnswer
  try {
    answer = job.what === 'seal' ? seal(job) : open(job)
  } catch (thrown) {
    answer = failedAnswer(thrown)
  }
  parentPort?.postMessage(answer, 'data' in answer ? [answer.data.buffer as ArrayBuffer] : [])
})
