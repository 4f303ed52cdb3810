/**
 * One request, from its line to the last line of its answer. Nothing is looked at before the request fits the shape of its verb exactly,
 * and an answer never holds more of a failure of ours than that there was one.
 */
import { Check } from 'typebox/value'
import { isSyncError, SyncError } from '../core/errors.ts'
import type { OnProgress } from './disk-verbs.ts'
import type { Surroundings } from './surroundings.ts'
import type { Handler, VerbTable } from './verb-table.ts'
import {
  type HelperAnswer,
  type HelperRequest,
  maxRequestBytes,
  requestSchemas,
  type Verb,
  verbs,
} from './verbs.ts'

export interface RequestSource {
  readonly surroundings: Surroundings
  readonly table: VerbTable
  readonly answer: (line: HelperAnswer) => void
}

/** Gives whether it was done. Never throws. */
export async function serveRequest(
  { surroundings, table, answer }: RequestSource,
  line: string,
): Promise<boolean> {
  let last = -1
  const onProgress: OnProgress = (part) => {
    const progress = Math.round(Math.min(1, Math.max(0, part)) * 100) / 100
    if (progress > last) answer({ progress })
    last = Math.max(last, progress)
  }
  try {
    const request = parseRequest(line)
    const handler = table[request.verb] as Handler<Verb> | undefined
    if (handler === undefined)
      throw new SyncError('request-invalid', { reason: `This device cannot ${request.verb}.` })
    answer({ done: await handler(surroundings, request as never, onProgress) })
    return true
  } catch (error) {
    if (!isSyncError(error)) surroundings.log(error instanceof Error ? `${error.stack}` : String(error))
    const { code, message, data } = isSyncError(error)
      ? error
      : new SyncError('internal', { reason: 'the helper failed' })
    answer({ error: { code, message, data } })
    return false
  }
}

/** Throws `request-invalid`. */
export function parseRequest(line: string): HelperRequest {
  const refuse = (reason: string) => new SyncError('request-invalid', { reason })
  if (Buffer.byteLength(line) > maxRequestBytes) throw refuse('The request is too long.')
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    throw refuse('The request is not JSON.')
  }
  const verb = (json as { verb?: unknown } | null)?.verb
  const known = verbs.find((each) => each === verb)
  if (known === undefined) throw refuse('The request has no known verb.')
  // A twice-named or inherited key cannot pass: the shapes are closed, and what JSON makes has no other keys.
  if (!Check(requestSchemas[known], json)) throw refuse(`The arguments of ${known} are not what it takes.`)
  return json as HelperRequest
}
