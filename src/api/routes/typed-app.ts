/** The application with the types of its shapes: what a handler takes and answers is what its schemas say. */
import type {
  FastifyBaseLogger,
  FastifyContextConfig,
  FastifyInstance,
  FastifyTypeProvider,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { Static, TSchema } from 'typebox'

export interface SchemaTypes extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown
  serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown
}

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  SchemaTypes
>

/** Who may ask for a route through the web: anybody, who may see, who may change things, or who typed the password just now. */
export type Need = 'nothing' | 'read' | 'control' | 'confirmed'

declare module 'fastify' {
  interface FastifyRequest {
    /** By which door it came in. */
    door: 'control' | 'web'
  }
  interface FastifyContextConfig {
    /** What the route asks of its caller. Left out: `read` for GET, `control` for others. One that depends on the body is asked then. */
    needs?: Need | ((body: unknown) => Need)
  }
  interface FastifySchema {
    /** In plain words, for the description of the API. */
    summary?: string
    tags?: readonly string[]
  }
}

/** Chapters of the description of the API. */
export type Tag = 'device' | 'disks' | 'folders' | 'members' | 'files' | 'access'

interface About {
  readonly tag: Tag
  /** What the route does, in plain words. */
  readonly summary: string
  readonly needs?: FastifyContextConfig['needs']
}

/** Route options: the shapes taken, the shape of a success, and what is said about the route. */
export function takes<S extends object, R extends TSchema>(
  shapes: S,
  answer: R,
  { tag, summary, needs }: About,
): {
  schema: S & { response: { 200: R }; summary: string; tags: readonly string[] }
  config: FastifyContextConfig
} {
  return {
    schema: { ...shapes, response: { 200: answer }, summary, tags: [tag] },
    config: needs === undefined ? {} : { needs },
  }
}
