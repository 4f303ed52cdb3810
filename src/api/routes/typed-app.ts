/** The application with the types of its shapes: what a handler takes and answers is what its schemas say. */
import type {
  FastifyBaseLogger,
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
    /** Throws unless the password was typed just now; the control socket asks for none. For routes where only some requests need that. */
    requireConfirmed(): void
  }
  interface FastifyContextConfig {
    /** Left out, a GET needs `read`, and everything else `control`. */
    needs?: Need
  }
  interface FastifySchema {
    /** In plain words, for the description of the API. */
    summary?: string
    tags?: readonly string[]
  }
}

/** Chapters of the description of the API. */
export type Tag = 'device' | 'folders' | 'members' | 'files' | 'access'

interface About {
  readonly tag: Tag
  /** What the route does, in plain words. */
  readonly summary: string
  readonly needs?: Need
}

/** Route options: the shapes taken, the shape of a success, and what is said about the route. */
export function takes<S extends object, R extends TSchema>(
  shapes: S,
  answer: R,
  { tag, summary, needs }: About,
): {
  schema: S & { response: { 200: R }; summary: string; tags: readonly string[] }
  config: { needs?: Need }
} {
  return {
    schema: { ...shapes, response: { 200: answer }, summary, tags: [tag] },
    config: needs === undefined ? {} : { needs },
  }
}
