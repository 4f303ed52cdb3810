/** Sockets in the file system that somebody else makes: connects as soon as they are there. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { until } from '../../src/testing/until.ts'

const appearSeconds = 20

/** Each line that comes. That the other side is killed is no error here: whoever waits for an answer hears of the end. */
export function onLine(socket: Socket, take: (line: string) => void): void {
  const lines = createInterface({ input: socket })
  lines.on('error', () => undefined)
  lines.on('line', take)
}

export function connectTo(path: string): Promise<Socket> {
  return until(
    `somebody listens on ${path}`,
    async () => {
      const socket = connect(path)
      await once(socket, 'connect')
      return socket
    },
    appearSeconds,
  )
}
