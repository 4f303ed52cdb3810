/**
 * The HTTP application: checks of what comes in, and one shape for every error. Knows nothing of where it listens; its door says who
 * may do what.
 */
import Fastify, { type FastifyInstance, type FastifyReply, type RouteOptions } from 'fastify'
import Type from 'typebox'
import { errorStatus, reasonOf, SyncError } from '../core/errors.ts'
import type { Door } from './door.ts'
import { describeApi } from './openapi.ts'
import { refusalPage } from './refusal-page.ts'
import { answerText, requestCheck } from './route-shapes.ts'
import { addAccessRoutes } from './routes/access.ts'
import { addBackupRoutes } from './routes/backups.ts'
import { addDeviceRoutes } from './routes/device.ts'
import { addDiskRoutes } from './routes/disks.ts'
import { addEventRoutes } from './routes/events.ts'
import { addFileRoutes } from './routes/files.ts'
import { addFolderRoutes } from './routes/folders.ts'
import { addMemberRoutes } from './routes/members.ts'
import { addMetricsRoute } from './routes/metrics.ts'
import { addReleaseRoutes } from './routes/releases.ts'
import { addSelfCheckRoutes } from './routes/self-check.ts'
import { addSystemRoutes } from './routes/system.ts'
import { addTransferRoutes } from './routes/transfers.ts'
import { type SchemaTypes, takes } from './routes/typed-app.ts'
import type { ErrorBody } from './schemas/basics.ts'
import type { Steering } from './steering.ts'

/** Settings and secrets are small; nothing larger is ever sent. */
const maxBodyBytes = 256 * 1024
/** An absolute path, each byte percent-encoded. */
const maxParameterCharacters = 3 * 4096

/** Builds the application. `onBug` hears of every error that is none of the error table, before the client does. */
export function buildApp(steering: Steering, onBug: (error: unknown) => void, door: Door): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: maxBodyBytes,
    routerOptions: { maxParamLength: maxParameterCharacters },
    // A client that keeps its connection must not hold up the end of the daemon.
    forceCloseConnections: true,
    // An address that cannot be decoded comes past every hook.
    frameworkErrors: (thrown, _request, reply: FastifyReply) => {
      const error = toSyncError(thrown, onBug)
      return reply.status(errorStatus(error.code)).send(errorBody(error))
    },
  })
  app.setValidatorCompiler(requestCheck)
  app.setSerializerCompiler(answerText)
  // A form of another page can send text, but no JSON.
  app.removeContentTypeParser('text/plain')
  app.setErrorHandler((thrown, request, reply) => {
    const error = toSyncError(thrown, onBug)
    const page = refusalPage(error, request)
    if (page !== undefined) return reply.status(errorStatus(error.code)).type('text/html').send(page)
    if (error.code === 'too-many-attempts') reply.header('retry-after', String(error.data.seconds))
    return reply.status(errorStatus(error.code)).send(errorBody(error))
  })
  app.setNotFoundHandler((request, reply) => {
    const error = new SyncError('not-found', { what: `${request.method} ${request.url}` })
    return reply.status(errorStatus(error.code)).send(errorBody(error))
  })
  app.decorateRequest('door', door.kind)
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    // Fastify adds a HEAD to every GET; what lies beside the API is for browsers.
    if (route.method !== 'HEAD' && route.url.startsWith('/api/')) routes.push(route)
  })
  const typed = app.withTypeProvider<SchemaTypes>()
  door.guard(typed)
  addAccessRoutes(typed, steering, door)
  for (const addRoutes of [
    addDeviceRoutes,
    addDiskRoutes,
    addEventRoutes,
    addFolderRoutes,
    addSelfCheckRoutes,
    addMemberRoutes,
    addFileRoutes,
    addMetricsRoute,
    addTransferRoutes,
    addSystemRoutes,
    addReleaseRoutes,
    addBackupRoutes,
  ])
    addRoutes(typed, steering)
  typed.get(
    '/api/openapi.json',
    takes({}, Type.Unknown(), { tag: 'device', summary: 'This description of the API' }),
    () => describeApi(routes),
  )
  return app
}

function errorBody({ code, message, data }: SyncError): ErrorBody {
  return { code, message, data }
}

function toSyncError(thrown: unknown, onBug: (error: unknown) => void): SyncError {
  if (thrown instanceof SyncError) return thrown
  const status = (thrown as { statusCode?: unknown } | null)?.statusCode
  // Fastify's own refusals: a body that is not JSON, too large, or not of the shape.
  if (typeof status === 'number' && status < 500) {
    const reason = `The request is not of the right form: ${(thrown as Error).message}.`
    return new SyncError('request-invalid', { reason }, { cause: thrown })
  }
  onBug(thrown)
  return new SyncError('internal', { reason: reasonOf(thrown) }, { cause: thrown })
}
