/** Talks to a daemon's web interface as a browser, a program or an attacker would: every header can be chosen, down to raw bytes. */
import { once } from 'node:events'
import { request } from 'node:http'
import { request as requestTls } from 'node:https'
import { connect } from 'node:net'

export interface WebAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test compares what it gets
  json(): any
}

export interface WebQuestion {
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON unless it is a text. */
  readonly body?: unknown
}

/** One request on a connection of its own. `url` is where the interface is. */
export async function askWeb(
  url: string,
  method: string,
  path: string,
  { headers = {}, body }: WebQuestion = {},
): Promise<WebAnswer> {
  const { hostname, port, protocol } = new URL(url)
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  const ask = protocol === 'https:' ? requestTls : request
  const asking = ask({
    ...{ host: hostname, port, path, method, agent: false, rejectUnauthorized: false },
    headers: {
      ...(text === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      ...headers,
    },
  })
  asking.end(text)
  const [response] = await once(asking, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  const read = Buffer.concat(chunks).toString()
  return { status: response.statusCode, headers: response.headers, text: read, json: () => JSON.parse(read) }
}

/** Sends bytes as they are and returns everything that came until the other side closed. */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const chunks: Buffer[] = []
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => chunks.push(chunk))
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  socket.write(bytes)
  await closed
  return Buffer.concat(chunks).toString('latin1')
}
