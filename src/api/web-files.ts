/**
 * Serves the built interface: exactly the files that were there at the start, each with its compressed forms beside it. Any other address
 * outside the API shows the same page, which then looks at the address itself.
 */
import { readdir } from 'node:fs/promises'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

const page = 'index.html'
/** Its name changes with its content, so whatever has it may keep it. */
const hashedName = /-(?:[0-9a-f]{8}|[0-9A-Z]{8})\.[a-z0-9]+$/
const longMs = 365 * 24 * 3_600_000

/** Does nothing when there is no such directory: the API works without. */
export async function addWebFiles(app: FastifyInstance, root: string): Promise<void> {
  const names = await listFiles(root)
  if (!names.has(page)) return
  await app.register(fastifyStatic, {
    root,
    serve: false,
    preCompressed: true,
    index: false,
    dotfiles: 'deny',
  })
  app.get('/*', { config: { needs: 'nothing' } }, (request, reply) => {
    const name = (request.params as { readonly '*': string })['*']
    if (names.has(name) && name !== page) {
      const keep = hashedName.test(name) ? { maxAge: longMs, immutable: true } : { cacheControl: false }
      if (!hashedName.test(name)) reply.header('cache-control', 'no-cache')
      return reply.sendFile(name, keep)
    }
    const isVisit = request.headers.accept?.includes('text/html') === true || name === ''
    if (/^api(\/|$)/i.test(name) || !isVisit) return reply.callNotFound()
    reply.header('cache-control', 'no-cache')
    return reply.sendFile(page, { cacheControl: false })
  })
}

async function listFiles(root: string): Promise<ReadonlySet<string>> {
  try {
    const found = await readdir(root, { recursive: true, withFileTypes: true })
    const files = found.filter((entry) => entry.isFile() && !/\.(br|gz|map)$/.test(entry.name))
    return new Set(files.map(({ parentPath, name }) => `${parentPath}/${name}`.slice(root.length + 1)))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Set()
    throw error
  }
}
