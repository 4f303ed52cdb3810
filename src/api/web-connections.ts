/**
 * Bounds the connections of browsers. When there are too many the one goes that has been of no use for longest, so that whoever opens
 * hundreds and says nothing keeps nobody else out; one whose caller is known stays while it is answered.
 */
import type { Socket } from 'node:net'

/** Dozens of browsers, each with as many as it likes, on a board with 1 GB. */
const maxConnections = 200

export interface WebConnections {
  add(socket: Socket): void
  /** From now on `socket` stands for `carrier`, which was added. */
  wrap(carrier: Socket, socket: Socket): void
  setTrusted(socket: Socket, isTrusted: boolean): void
  closeAll(): void
}

export function createWebConnections(limit = maxConnections): WebConnections {
  /** How many requests of known callers each is answering; the longest unused first. */
  const trustBySocket = new Map<Socket, number>()

  function makeRoom(): void {
    if (trustBySocket.size < limit) return
    for (const [socket, trust] of trustBySocket) {
      if (trust > 0) continue
      trustBySocket.delete(socket)
      socket.destroy()
      return
    }
  }

  function keep(socket: Socket): void {
    trustBySocket.set(socket, 0)
    socket.once('close', () => trustBySocket.delete(socket))
  }

  return {
    add(socket) {
      makeRoom()
      if (trustBySocket.size < limit) keep(socket)
      else socket.destroy()
    },
    wrap(carrier, socket) {
      if (trustBySocket.delete(carrier)) keep(socket)
    },
    setTrusted(socket, isTrusted) {
      const trust = trustBySocket.get(socket)
      if (trust === undefined) return
      // Behind all others: it was of use just now.
      trustBySocket.delete(socket)
      trustBySocket.set(socket, trust + (isTrusted ? 1 : -1))
    },
    closeAll() {
      for (const socket of trustBySocket.keys()) socket.destroy()
    },
  }
}
