/** A thread that hashes or encrypts as fast as it can for a while. */
import { createCipheriv, hash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'

export interface CryptoTask {
  readonly cipher: 'sha256' | 'aes-256-gcm'
  readonly seconds: number
}

export interface CryptoAnswer {
  readonly bytes: number
  readonly seconds: number
}

/** The size of a block, which is what is hashed and sealed in one piece. */
const piece = Buffer.alloc(128 * 1024, 'benchmark')
const key = Buffer.alloc(32, 1)
const nonce = Buffer.alloc(12, 2)

function work({ cipher, seconds }: CryptoTask): CryptoAnswer {
  const startedMs = performance.now()
  let bytes = 0
  while (performance.now() - startedMs < seconds * 1000) {
    if (cipher === 'sha256') hash('sha256', piece, 'buffer')
    else seal()
    bytes += piece.length
  }
  return { bytes, seconds: (performance.now() - startedMs) / 1000 }
}

function seal(): void {
  const sealing = createCipheriv('aes-256-gcm', key, nonce)
  sealing.update(piece)
  sealing.final()
  sealing.getAuthTag()
}

parentPort?.once('message', () => parentPort?.postMessage(work(workerData as CryptoTask)))
