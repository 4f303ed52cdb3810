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

/** Route options: the shapes taken, and the shape of a success. */
export function takes<S extends object, R extends TSchema>(
  shapes: S,
  answer: R,
): { schema: S & { response: { 200: R } } } {
  return { schema: { ...shapes, response: { 200: answer } } }
}
