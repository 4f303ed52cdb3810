/** A worker thread of the cipher pool: seals messages into frames, or opens frames. Knows no links. */
import { parentPort } from 'node:worker_threads'
import { frameHeader } from '../wire/frames.ts'
import { bytesOf, openReserved, sealReserved } from '../wire/noise.ts'
import { type FailedAnswer, failedAnswer } from '../worker-pool.ts'
import type { CipherAnswer, CipherJob } from './cipher-pool.ts'

function seal({ reserved, data, lengths }: CipherJob): CipherAnswer {
  const frames = pieces(data, lengths).flatMap((plaintext, index) => {
    const sealed = sealReserved(reserved, index, plaintext)
    return [frameHeader(bytesOf(sealed)), ...sealed]
  })
  return joined(frames)
}

/** What came before a message that is not authentic counts. */
function open({ reserved, data, lengths }: CipherJob): CipherAnswer {
  const opened: Buffer[] = []
  for (const [index, message] of pieces(data, lengths).entries()) {
    try {
      opened.push(openReserved(reserved, index, message))
    } catch {
      return { ...joined(opened), state: 'garbage' }
    }
  }
  return joined(opened)
}

function pieces(data: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  let at = 0
  return lengths.map((length) => {
    at += length
    return data.subarray(at - length, at)
  })
}

/** In memory of its own, which can be given away. */
function joined(parts: readonly Uint8Array[]): CipherAnswer {
  const data = new Uint8Array(bytesOf(parts))
  let at = 0
  for (const part of parts) {
    data.set(part, at)
    at += part.length
  }
  return { state: 'done', data, lengths: parts.map(({ length }) => length) }
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
