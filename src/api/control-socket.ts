/**
 * The door for programs of the same user: the application on a socket file of the state directory. The file's permissions are
 * the authentication, so it never exists with wider ones.
 */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'

/** Every client of the control socket holds one: the bound on what can be asked at the same time. */
const maxConnections = 64

/** Listens on `path` until disposed. What a dead daemon left at that path goes: the caller holds the lock of the home. */
export async function openControlSocket(app: FastifyInstance, path: string): Promise<AsyncDisposable> {
  await app.ready()
  await rm(path, { force: true })
  const { server } = app
  server.maxConnections = maxConnections
  const listening = once(server, 'listening')
  // Binding happens inside `listen`, so the mask holds for the socket file and nothing else.
  const mask = process.umask(0o177)
  try {
    server.listen({ path })
  } finally {
    process.umask(mask)
  }
  await listening
  return { [Symbol.asyncDispose]: () => app.close() }
}
