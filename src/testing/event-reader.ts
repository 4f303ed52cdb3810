/** Reads the stream of events as a page does: over a socket file, keeping what is so by applying each change to it. */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { createInterface } from 'node:readline'
import { applyEvent } from '../../ui/state/apply-event.ts'
import type { Snapshot } from '../api/schemas/events.ts'

export interface EventReader extends Disposable {
  readonly status: number
  /** By the last event. */
  readonly now: Snapshot | undefined
  readonly lastId: string | undefined
  /** The kinds of all events so far, in order. */
  readonly kinds: readonly string[]
  readonly comments: number
  readonly isEnded: boolean
  /** Takes nothing from the socket until it is told to go on. */
  pause(): void
  resume(): void
}

/** Resolves with the beginning of the answer. Goes on where another was, if one is given. */
export async function openEventReader(
  socketPath: string,
  { lastId, now }: Partial<Pick<EventReader, 'lastId' | 'now'>> = {},
): Promise<EventReader> {
  const asking = request({
    ...{ socketPath, path: '/api/events', agent: false },
    headers: lastId === undefined ? {} : { 'last-event-id': lastId },
  })
  asking.end()
  const [response] = (await once(asking, 'response')) as [IncomingMessage]
  const kinds: string[] = []
  const state = { now, lastId, comments: 0, isEnded: false }
  let kind = ''
  let text = ''
  const lines = createInterface({ input: response })
  lines.on('line', (line) => {
    const [, field, value = ''] = /^(\w*): ?(.*)$/.exec(line) ?? []
    if (field === '') state.comments += 1
    else if (field === 'id') state.lastId = value
    else if (field === 'event') kind = value
    else if (field === 'data') text = value
    else if (text !== '') {
      // Only the empty line after it shows that an event is whole.
      const data = JSON.parse(text)
      text = ''
      kinds.push(kind === 'snapshot' ? kind : data.kind)
      state.now = applyEvent(state.now, kind === 'snapshot' ? { kind, snapshot: data } : data)
    }
  })
  const end = (): void => {
    state.isEnded = true
  }
  response.on('close', end)
  response.on('error', end)
  asking.on('error', end)
  lines.on('error', end)
  return {
    status: response.statusCode!,
    kinds,
    get now() {
      return state.now
    },
    get lastId() {
      return state.lastId
    },
    get comments() {
      return state.comments
    },
    get isEnded() {
      return state.isEnded
    },
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    [Symbol.dispose]: () => void asking.destroy(),
  }
}
