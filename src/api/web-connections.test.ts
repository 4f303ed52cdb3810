import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { createWebConnections } from './web-connections.ts'

test('for one too many the longest unused goes, and whoever is being answered stays', () => {
  const connections = createWebConnections(3)
  const sockets = Array.from({ length: 6 }, () => new Socket())
  const gone = () => sockets.map((socket) => (socket.destroyed ? 'x' : 'o')).join('')
  for (const socket of sockets.slice(0, 3)) connections.add(socket)
  connections.setTrusted(sockets[0]!, true)
  connections.add(sockets[3]!)
  expect(gone()).toBe('oxoooo')
  // It was answered just now, so it is not the next.
  connections.setTrusted(sockets[0]!, false)
  connections.add(sockets[4]!)
  expect(gone()).toBe('oxxooo')
  for (const at of [0, 3, 4]) connections.setTrusted(sockets[at]!, true)
  connections.add(sockets[5]!)
  expect(gone()).toBe('oxxoox')
  connections.closeAll()
  expect(gone()).toBe('xxxxxx')
})

test('what is carried by another counts once, and one that closed does not count', async () => {
  const connections = createWebConnections(2)
  const [carrier, wrapped, second, third] = Array.from({ length: 4 }, () => new Socket()) as [
    Socket,
    Socket,
    Socket,
    Socket,
  ]
  connections.add(carrier)
  connections.wrap(carrier, wrapped)
  connections.add(second)
  expect(carrier.destroyed).toBe(false)
  second.destroy()
  await new Promise((resolve) => second.once('close', resolve))
  connections.add(third)
  expect([wrapped.destroyed, third.destroyed]).toEqual([false, false])
  connections.closeAll()
})
