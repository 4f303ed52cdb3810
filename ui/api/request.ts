/**
 * The one way to the daemon. An answer that is an error is thrown as `ApiError`; where the log-in has ended, or the password is wanted
 * again, whoever was named with `onRefusal` is asked, and may have the request repeated.
 */
import type { ErrorBody } from '../../src/api/schemas/basics.ts'
import { ApiError, browserError } from './api-error.ts'

export type Query = Readonly<Record<string, string | number | undefined>>

interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Query | undefined
  /** Bytes are sent as they are, anything else as JSON. */
  readonly body?: object | undefined
  readonly signal?: AbortSignal | undefined
}

/** Tells whether the request is worth repeating, because what refused it has been cleared away. */
export type OnRefusal = (error: ApiError, status: number) => Promise<boolean>

let onRefusal: OnRefusal = async () => false

/** Names who is asked when the daemon refuses a request for want of a log-in or a password. */
export function answerRefusals(answer: OnRefusal): void {
  onRefusal = answer
}

const refusals = new Set([401, 403])

async function send<T>(request: Request): Promise<T> {
  return (await readAnswer(await open(request))) as T
}

/** The answer as it comes, when it is no error. */
async function open(request: Request): Promise<Response> {
  const first = await exchange(request)
  if (first.status < 400) return first
  const error = await readError(first)
  if (!refusals.has(first.status) || !(await onRefusal(error, first.status))) throw error
  const second = await exchange(request)
  if (second.status < 400) return second
  throw await readError(second)
}

async function readError(answer: Response): Promise<ApiError> {
  return new ApiError((await readAnswer(answer)) as ErrorBody)
}

async function exchange({ method, path, query, body, signal }: Request) {
  return fetch(path + queryText(query), {
    method,
    credentials: 'same-origin',
    ...(signal === undefined ? {} : { signal }),
    ...bodyOf(body),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error
    throw browserError('device-unreachable')
  })
}

function bodyOf(body: object | undefined): RequestInit {
  if (body === undefined) return {}
  if (body instanceof Uint8Array || body instanceof Blob)
    return { headers: { 'content-type': 'application/octet-stream' }, body: body as BodyInit }
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

async function readAnswer(answer: Response): Promise<unknown> {
  const text = await answer.text()
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw browserError('answer-unreadable')
  }
}

/** What follows the path of an address. */
export function queryText(query: Query = {}): string {
  const given = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) given.set(key, String(value))
  return given.size === 0 ? '' : `?${given}`
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) =>
    send<T>({ method: 'GET', path, query, signal }),
  /** For what is no JSON. */
  open: (path: string, query?: Query, signal?: AbortSignal) => open({ method: 'GET', path, query, signal }),
  post: <T = object>(path: string, body?: object, query?: Query, signal?: AbortSignal) =>
    send<T>({ method: 'POST', path, body, query, signal }),
  put: <T = object>(path: string, body: object) => send<T>({ method: 'PUT', path, body }),
  patch: <T = object>(path: string, body: object) => send<T>({ method: 'PATCH', path, body }),
  remove: <T = object>(path: string) => send<T>({ method: 'DELETE', path }),
}

/** The address of something of a folder: `folderAddress(id, '/files')`. */
export function folderAddress(folder: string, resource = ''): string {
  return `/api/folders/${encodeURIComponent(folder)}${resource}`
}
