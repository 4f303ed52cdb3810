/**
 * Checks what comes in against the shapes of its route. What stands in an address is text, and becomes the number or the switch its shape
 * asks for; a body says itself what each value is, so there nothing is turned into anything. Unknown fields are refused, not dropped: a
 * mistyped name must not look like success.
 */
import { AjvCompiler } from '@fastify/ajv-compiler'
import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'

type Compiler = FastifySchemaCompiler<TSchema>

/** One for all applications of this process: what is compiled for one door is there for the other. */
const buildFromPool = AjvCompiler()

const checkAddress = compilerWith(true)
const checkBody = compilerWith(false)

export const requestCheck: Compiler = (route) => (route.httpPart === 'body' ? checkBody : checkAddress)(route)

function compilerWith(coerceTypes: boolean): Compiler {
  const customOptions = { removeAdditional: false, coerceTypes, useDefaults: false } as const
  // Its types say that it takes a schema; it takes what Fastify gives, a route with one.
  return buildFromPool({}, { customOptions }) as unknown as Compiler
}
