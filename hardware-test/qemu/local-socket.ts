/** Sockets in the file system that somebody else makes: connects as soon as they are there. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { until } from '../../src/testing/until.ts'

const appearSeconds = 20

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
