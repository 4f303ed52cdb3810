/** The device under test as a browser of its owner sees it: its web interface, with a session. Decides nothing. */
import { askWeb, type WebAnswer } from '../src/testing/web-client.ts'

export const password = 'nine podcast folders'

export interface Device {
  readonly url: string
  /** Whoever is there first chooses the password. */
  setUp(name?: string): Promise<void>
  logIn(): Promise<void>
  // biome-ignore lint/suspicious/noExplicitAny: a case compares what it gets
  get(path: string): Promise<any>
  // biome-ignore lint/suspicious/noExplicitAny: a case compares what it gets
  send(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<any>
  /** Bytes as they are. */
  upload(path: string, bytes: Buffer): Promise<void>
  /** Types the password again, for what needs it. */
  confirm(): Promise<void>
  /** Whether it answers at all. */
  answers(): Promise<boolean>
}

export function createDevice(url: string): Device {
  let cookie = ''

  async function ask(method: string, path: string, body?: object): Promise<WebAnswer> {
    const headers = { origin: url, ...(cookie === '' ? {} : { cookie }) }
    return askWeb(url, method, path, body === undefined ? { headers } : { headers, body })
  }

  async function askWell(method: string, path: string, body?: object) {
    const answer = await ask(method, path, body)
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
    return answer
  }

  async function begin(path: string, body: object): Promise<void> {
    const { headers } = await askWell('POST', path, body)
    cookie = (headers['set-cookie'] as readonly string[])[0]!.split(';')[0]!
  }

  return {
    url,
    setUp: (name) => begin('/api/access/set-up', { password, ...(name === undefined ? {} : { name }) }),
    logIn: () => begin('/api/access/log-in', { password }),
    get: async (path) => (await askWell('GET', path)).json(),
    send: async (method, path, body) => (await askWell(method, path, body ?? {})).json(),
    async upload(path, bytes) {
      const headers = { origin: url, cookie, 'content-type': 'application/octet-stream' }
      const answer = await fetch(url + path, { method: 'POST', headers, body: new Uint8Array(bytes) })
      if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`)
    },
    async confirm() {
      await askWell('POST', '/api/access/confirm', { password })
    },
    answers: () =>
      ask('GET', '/api/access').then(
        ({ status }) => status === 200,
        () => false,
      ),
  }
}

/** What whoever comes without a session finds: `set-up`, `locked`. */
export async function accessOf(url: string): Promise<string> {
  return (await askWeb(url, 'GET', '/api/access')).json().state
}
