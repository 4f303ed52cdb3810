/**
 * Holds what comes in and what goes out against the shapes of its route. What stands in an address is text, and becomes the number or the switch
 * its shape asks for; a body says itself what each value is, so there nothing is turned into anything. Unknown fields are refused, not dropped: a
 * mistyped name must not look like success. Of an answer only what its shape names leaves.
 *
 * A shape is compiled when its route is first used: compiling all of them took a third of a start, and most are never asked for.
 */
import { AjvCompiler } from '@fastify/ajv-compiler'
import { type Serializer, SerializerSelector } from '@fastify/fast-json-stringify-compiler'
import type { FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify'
import type { TSchema } from 'typebox'

type CheckCompiler = FastifySchemaCompiler<TSchema>
type Check = ReturnType<CheckCompiler>

/** One for all applications of this process: what is compiled for one door is there for the other. */
const buildFromPool = AjvCompiler()

const checkAddress = compilerWith(true)
const checkBody = compilerWith(false)

/** Throws at the first request to a route whose shape is none. */
export const requestCheck: CheckCompiler = (route) => {
  let compiled: Check | undefined
  // Fastify reads from the function itself what was wrong.
  const check: Check = (data: unknown) => {
    compiled ??= (route.httpPart === 'body' ? checkBody : checkAddress)(route)
    const isFine = compiled(data)
    check.errors = compiled.errors ?? null
    return isFine
  }
  return check
}

function compilerWith(coerceTypes: boolean): CheckCompiler {
  const customOptions = { removeAdditional: false, coerceTypes, useDefaults: false } as const
  // Its types say that it takes a schema; it takes what Fastify gives, a route with one.
  return buildFromPool({}, { customOptions }) as unknown as CheckCompiler
}

const buildSerializer = SerializerSelector()({})

/** Throws at the first answer of a route whose shape is none. */
export const answerText: FastifySerializerCompiler<TSchema> = (route) => {
  let compiled: Serializer | undefined
  return (answer) => {
    compiled ??= buildSerializer({ ...route, httpStatus: route.httpStatus ?? '200' })
    return compiled(answer)
  }
}
