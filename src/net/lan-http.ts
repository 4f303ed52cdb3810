/**
 * One HTTP request to a device on the local network that nobody vouches for: no redirect is followed, and the answer is small and soon there or
 * there is none. Which address may be asked is for the caller to decide.
 */
import { request } from 'node:http'
import type { Clock } from '../ports.ts'

/** The description of a router has a few KiB. */
export const maxAnswerBytes = 64 * 1024
const maxHeaderBytes = 8 * 1024
/** For the whole exchange: a router answers within tenths of a second, and a daemon that ends may have to wait for it. */
export const exchangeLimitMs = 3_000

export interface LanRequest {
  readonly url: URL
  /** The address of this device to ask from. */
  readonly from: string
  readonly method: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Gives it up. */
  readonly signal?: AbortSignal
}

export interface LanAnswer {
  readonly status: number
  readonly body: string
}

/** Throws when there is no answer, or too large a one. */
export async function askOverHttp(clock: Clock, ask: LanRequest): Promise<LanAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<LanAnswer>()
  const { url, from, method, body = '' } = ask
  const outgoing = request(url, {
    method,
    localAddress: from,
    agent: false,
    ...(ask.signal && { signal: ask.signal }),
    maxHeaderSize: maxHeaderBytes,
    headers: { ...ask.headers, 'content-length': Buffer.byteLength(body) },
  })
  outgoing.on('error', reject)
  // Status 101 comes as neither an error nor a response.
  outgoing.on('upgrade', ({ statusCode }, socket) => {
    socket.destroy()
    reject(new Error(`it answered with status ${statusCode}`))
  })
  outgoing.on('response', (incoming) => {
    const chunks: Buffer[] = []
    let bytes = 0
    incoming.on('error', reject)
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxAnswerBytes) outgoing.destroy(new Error('its answer is too long'))
      else chunks.push(chunk)
    })
    incoming.on('end', () =>
      resolve({ status: incoming.statusCode!, body: Buffer.concat(chunks).toString() }),
    )
    incoming.on('close', () => reject(new Error('its answer was cut off')))
  })
  outgoing.end(body)
  using _limit = clock.after(exchangeLimitMs, () =>
    reject(new Error(`it did not answer within ${exchangeLimitMs / 1000} seconds`)),
  )
  try {
    return await promise
  } finally {
    outgoing.destroy()
  }
}
