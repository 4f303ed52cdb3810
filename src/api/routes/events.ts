/** The stream of events, as server-sent events. Decides nothing but how long a reader may leave lying what it was sent. */
import type { ServerResponse } from 'node:http'
import Type from 'typebox'
import type { EventReader } from '../event-stream.ts'
import type { Steering } from '../steering.ts'
import type { App } from './typed-app.ts'

/** Bytes that lie unsent when there is more to tell. A snapshot may be longer, and has until the next event then. */
const maxUnsentBytes = 512 * 1024

const ResumeHeaders = Type.Object({ 'last-event-id': Type.Optional(Type.String({ maxLength: 100 })) })

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Tells a server in between to pass on each event as it comes.
  'x-accel-buffering': 'no',
}

const schema = {
  headers: ResumeHeaders,
  response: { 200: { content: { 'text/event-stream': { schema: Type.String() } } } },
  summary: 'What is so, and then each change: server-sent events',
  tags: ['device'],
}

export function addEventRoutes(app: App, steering: Steering): void {
  const open = new Set<ServerResponse>()
  // They never end by themselves, and the application waits for every answer when it closes.
  app.addHook('preClose', async () => {
    for (const response of open) response.destroy()
  })
  app.get('/api/events', { schema }, async (request, reply) => {
    const response = reply.raw
    const reader = createReader(response, () => {
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders())) response.setHeader(name, value ?? '')
      response.writeHead(200, headers)
    })
    const reading = await steering.events.add(reader, request.headers['last-event-id'])
    if (response.destroyed) return reading[Symbol.dispose]()
    open.add(response)
    response.once('close', () => {
      open.delete(response)
      reading[Symbol.dispose]()
    })
  })
}

/** `begin` is called before the first thing is written: until then the answer may as well be an error. */
function createReader(response: ServerResponse, begin: () => void): EventReader {
  return {
    write(text) {
      if (!response.headersSent) begin()
      else if (response.writableLength > maxUnsentBytes) return false
      response.write(text)
      return true
    },
    end: () => response.destroy(),
  }
}
