/**
 * Asks the helper: one connection and one line a request, then lines that tell how far it is, and the last one how it ended. Every wait and every
 * answer has a limit. Which verbs there are stands in `helper/verbs.ts`.
 */
import { createConnection } from 'node:net'
import Value from 'typebox/value'
import { isErrorCode, reasonOf, SyncError } from '../core/errors.ts'
import {
  AnswerSchema,
  type DoneOf,
  doneSchemas,
  type HelperRequest,
  maxAnswerBytes,
  type Verb,
} from '../helper/verbs.ts'
import type { Clock } from '../ports.ts'

const minuteMs = 60_000
/** Most are done in a moment. A full check of a large disk on a small board takes the better part of a day; flushing a slow stick, minutes. */
const limitsMs: Readonly<Partial<Record<Verb, number>>> = {
  attach: 120 * minuteMs,
  eject: 15 * minuteMs,
  prepare: 60 * minuteMs,
  erase: 60 * minuteMs,
  repair: 24 * 60 * minuteMs,
  'install-release': 30 * minuteMs,
}
const usualLimitMs = 2 * minuteMs

export interface HelperClient {
  /**
   * Resolves with what the verb says when it is done. Throws the helper's own error; `helper-away` when nobody answers, `helper-failed` when
   * it ends without a word, takes too long, or says what makes no sense.
   */
  ask<R extends HelperRequest>(request: R, progress?: (done: number) => void): Promise<DoneOf<R['verb']>>
}

export function createHelperClient(socketPath: string, clock: Pick<Clock, 'after'>): HelperClient {
  return {
    async ask<R extends HelperRequest>(request: R, progress: (done: number) => void = () => undefined) {
      const { verb } = request
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      const socket = createConnection(socketPath)
      using _limit = clock.after(limitsMs[verb] ?? usualLimitMs, () =>
        reject(failed(verb, 'it takes too long')),
      )
      let text = ''
      let isConnected = false
      let readBytes = 0

      function take(line: string): void {
        const answer = parseAnswer(line)
        if (answer === undefined) reject(failed(verb, 'it gave an answer that makes no sense'))
        else if ('progress' in answer) progress(answer.progress)
        else if ('error' in answer) reject(toSyncError(verb, answer.error))
        else resolve(answer.done)
      }

      socket.setEncoding('utf8')
      socket.on('connect', () => {
        isConnected = true
        socket.write(`${JSON.stringify(request)}\n`)
      })
      socket.on('data', (chunk: string) => {
        readBytes += Buffer.byteLength(chunk)
        if (readBytes > maxAnswerBytes) return reject(failed(verb, 'its answer is too long'))
        const lines = (text + chunk).split('\n')
        text = lines.pop()!
        for (const line of lines) take(line)
      })
      socket.on('error', (error) =>
        reject(
          isConnected
            ? failed(verb, reasonOf(error), error)
            : new SyncError('helper-away', { reason: reasonOf(error) }, { cause: error }),
        ),
      )
      socket.on('close', () => reject(failed(verb, 'it ended without an answer')))
      try {
        const done = await promise
        if (!Value.Check(doneSchemas[verb], done)) throw failed(verb, 'it gave an answer that makes no sense')
        return done as DoneOf<R['verb']>
      } finally {
        socket.destroy()
      }
    },
  }
}

function parseAnswer(line: string) {
  try {
    const json: unknown = JSON.parse(line)
    return Value.Check(AnswerSchema, json) ? json : undefined
  } catch {
    return undefined
  }
}

/** One of a newer helper says at least its sentence. */
function toSyncError(
  verb: Verb,
  { code, message, data }: { code: string; message: string; data: Record<string, string | number> },
): SyncError {
  return isErrorCode(code) ? new SyncError(code, data) : failed(verb, message)
}

function failed(verb: Verb, reason: string, cause?: unknown): SyncError {
  return new SyncError('helper-failed', { verb, reason }, { cause })
}
