/**
 * One question to an HTTP or HTTPS tracker (BEP 3), at an address that was looked up before. Never follows a redirect, so that nobody can direct
 * it at something else, and takes no more of an answer than an honest one has. Whoever calls limits the time.
 */
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Announce } from '../wire/udp-tracker.ts'
import { readHttpAnswer, type TrackerAnswer, trackerFailed } from './tracker-answer.ts'
import type { TrackerUrl } from './tracker-url.ts'

/** 200 peers written out at length, with room for what else a tracker tells. */
const maxBodyBytes = 64 * 1024
const maxHeaderBytes = 8 * 1024

/** Throws `tracker-failed`, or what the socket or the signal ended with. */
export async function announceOverHttp(
  tracker: TrackerUrl,
  address: string,
  announce: Announce,
  signal: AbortSignal,
): Promise<TrackerAnswer> {
  const response = await askHttp(tracker, address, announce, signal)
  try {
    const { statusCode = 0 } = response
    if (statusCode >= 300 && statusCode < 400)
      throw trackerFailed(`it answered with status ${statusCode}, that it is elsewhere; that is not followed`)
    if (statusCode !== 200) throw trackerFailed(`it answered with status ${statusCode}`)
    return readHttpAnswer(await readBody(response))
  } finally {
    response.destroy()
  }
}

function askHttp(
  tracker: TrackerUrl,
  address: string,
  announce: Announce,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = tracker.protocol === 'https' ? requestHttps : requestHttp
  const asked = request({
    ...{ host: tracker.host, port: tracker.port, path: withQuery(tracker.path, announce) },
    // No connection outlives its question, and the name is not looked up a second time.
    ...{ agent: false, autoSelectFamily: false, signal, maxHeaderSize: maxHeaderBytes },
    lookup: (_name, _options, callback) => callback(null, address, address.includes(':') ? 6 : 4),
  })
  asked.on('response', resolve)
  // Stays: after the answer has begun, an error of the socket shows in reading it.
  asked.on('error', reject)
  // Status 101 comes as neither of the two.
  asked.on('upgrade', ({ statusCode }, socket) => {
    socket.destroy()
    reject(trackerFailed(`it answered with status ${statusCode}`))
  })
  asked.on('close', () => reject(trackerFailed('it closed the connection')))
  asked.end()
  return promise
}

async function readBody(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBodyBytes) throw trackerFailed(`its answer is longer than ${maxBodyBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function withQuery(path: string, announce: Announce): string {
  const { infoHash, peerId, key, port, left, event, wanted } = announce
  const fields = [
    ...[`info_hash=${escapeBytes(infoHash)}`, `peer_id=${escapeBytes(peerId)}`, `port=${port}`],
    ...['uploaded=0', 'downloaded=0', `left=${left}`, 'compact=1', `numwant=${wanted}`],
    `key=${key.toString(16).padStart(8, '0')}`,
    ...(event === 'none' ? [] : [`event=${event}`]),
  ]
  return `${path}${path.includes('?') ? '&' : '?'}${fields.join('&')}`
}

function escapeBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
}
