/** Asks the daemon of a home over its control socket. An error of the API comes out as the `SyncError` it was there. */
import { type IncomingMessage, request } from 'node:http'
import { isErrorCode, reasonOf, SyncError } from '../core/errors.ts'

/** The longest list there is, with the longest paths, fits; more means that something else answered. */
const maxAnswerBytes = 128 * 1024 ** 2

export type Query = Readonly<Record<string, string | number | undefined>>

export interface Client {
  get<T>(path: string, query?: Query): Promise<T>
  post<T>(path: string, body?: object, query?: Query): Promise<T>
  patch<T>(path: string, body: object): Promise<T>
  put<T>(path: string, body: object): Promise<T>
  remove<T>(path: string): Promise<T>
}

export interface SocketPath extends Disposable {
  readonly path: string
}

/** `openSocketPath` finds the socket file of a home. Throws `daemon-not-running` when nobody answers there. */
export function createClient(home: string, openSocketPath: (home: string) => SocketPath): Client {
  async function call<T>(method: string, path: string, body?: object): Promise<T> {
    let answer: { status: number; text: string }
    try {
      using socket = openSocketPath(home)
      answer = await exchange(socket.path, method, path, body)
    } catch (error) {
      throw unreachable(home, error)
    }
    const value = parseAnswer(answer.text)
    if (answer.status < 400) return value as T
    throw toSyncError(value)
  }

  return {
    get: (path, query) => call('GET', path + queryToText(query)),
    post: (path, body, query) => call('POST', path + queryToText(query), body),
    patch: (path, body) => call('PATCH', path, body),
    put: (path, body) => call('PUT', path, body),
    remove: (path) => call('DELETE', path),
  }
}

/** The address of a folder's resource. */
export function folderRoute(folder: string, resource = ''): string {
  return `/api/folders/${encodeURIComponent(folder)}${resource}`
}

function queryToText(query: Query = {}): string {
  const given = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) given.set(key, String(value))
  return given.size === 0 ? '' : `?${given}`
}

function exchange(socketPath: string, method: string, path: string, body: object | undefined) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>()
  const text = body === undefined ? undefined : JSON.stringify(body)
  const headers =
    text === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
  const asking = request({ socketPath, method, path, headers, agent: false }, (response) => {
    readAll(response).then((read) => resolve({ status: response.statusCode ?? 500, text: read }), reject)
  })
  asking.on('error', reject)
  asking.end(text)
  return promise
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxAnswerBytes)
      throw new SyncError('request-invalid', { reason: 'The daemon answered too much.' })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new SyncError(
      'internal',
      { reason: 'the daemon gave an answer that is not JSON' },
      { cause: error },
    )
  }
}

function unreachable(home: string, error: unknown): unknown {
  if (error instanceof SyncError) return error
  const { code } = error as NodeJS.ErrnoException
  // ECONNRESET: it ended while it was being asked.
  const isAbsent = code === 'ENOENT' || code === 'ENOTDIR' || code === 'ECONNREFUSED' || code === 'ECONNRESET'
  if (isAbsent) return new SyncError('daemon-not-running', { home }, { cause: error })
  return new SyncError('home-unusable', { home, reason: reasonOf(error) }, { cause: error })
}

function toSyncError(value: unknown): SyncError {
  const { code, data, message } = value as { code?: unknown; data?: unknown; message?: unknown }
  if (typeof code === 'string' && isErrorCode(code))
    return new SyncError(code, (data ?? {}) as SyncError['data'])
  // A newer daemon knows errors that this program does not.
  return new SyncError('request-invalid', { reason: String(message) })
}
