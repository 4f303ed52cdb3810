/**
 * The description of the API as an OpenAPI document, made from the routes and their schemas when somebody asks for it; nothing of it is
 * kept. JSON Schema is what both speak, so the shapes stand in it as they are.
 */
import type { RouteOptions } from 'fastify'
import type { TSchema } from 'typebox'
import type { Need } from './routes/typed-app.ts'
import { ErrorSchema } from './schemas/basics.ts'

/** Counts up when something is taken away or changes its meaning; what is added does not. */
const apiVersion = '1'

const about =
  `Everything a person can see and steer of a Berrysync device. Every error has one shape: code, message and data.
Through the web a session (cookie) or a token (bearer) is needed, as x-needs says: read, control, or confirmed, which is a session
whose password was typed in the last minutes; x-may-need: with some bodies. The control socket of the device needs none.`.replaceAll(
    '\n',
    ' ',
  )

/** What security says of a need. */
const securityFor: Readonly<Record<Need, readonly object[]>> = {
  nothing: [],
  read: [{ session: [] }, { token: [] }],
  control: [{ session: [] }, { token: [] }],
  confirmed: [{ session: [] }],
}

/** Of all these routes. */
export function describeApi(routes: readonly RouteOptions[]): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    const path = route.url.replace(/:(\w+)/g, '{$1}')
    for (const method of [route.method].flat()) {
      paths[path] ??= {}
      paths[path][method.toLowerCase()] = describeRoute(route, method)
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Berrysync', version: apiVersion, description: about },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      securitySchemes: {
        session: {
          ...{ type: 'apiKey', in: 'cookie', name: 'berrysync-DEVICE' },
          description: 'DEVICE: the first characters of the id of the device',
        },
        token: { type: 'http', scheme: 'bearer' },
      },
      responses: {
        Error: {
          description: 'Why it was not done',
          content: { 'application/json': { schema: ErrorSchema } },
        },
      },
    },
  }
}

/** What a route through the web needs; of one where some bodies need more, what the others need. */
function needOf({ config }: RouteOptions, method: string): Need {
  if (typeof config?.needs === 'string') return config.needs
  return method === 'GET' ? 'read' : 'control'
}

function describeRoute(route: RouteOptions, method: string): object {
  const { summary, tags, params, querystring, body, response } = route.schema ?? {}
  const needs = needOf(route, method)
  const success = (response as Record<number, Shape> | undefined)?.[200]
  const parameters = [...parametersOf('path', params), ...parametersOf('query', querystring)]
  return {
    summary,
    tags,
    'x-needs': needs,
    ...(typeof route.config?.needs === 'function' ? { 'x-may-need': 'confirmed' } : {}),
    security: securityFor[needs],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: contentOf(body as Shape) } }),
    responses: {
      ...(success === undefined ? {} : { 200: { description: 'Done', content: contentOf(success) } }),
      default: { $ref: '#/components/responses/Error' },
    },
  }
}

type Shape = TSchema & { readonly content?: object }

/** What is not JSON says itself what it is. */
function contentOf(shape: Shape): object {
  return shape.content ?? { 'application/json': { schema: shape } }
}

interface ObjectShape {
  readonly properties?: Readonly<Record<string, object>>
  readonly required?: readonly string[]
  readonly anyOf?: readonly ObjectShape[]
}

/** Of several shapes, every field, none of which is always there. */
function parametersOf(place: 'path' | 'query', shape: unknown): object[] {
  const { properties = {}, required = [], anyOf } = (shape ?? {}) as ObjectShape
  const fields = anyOf === undefined ? properties : Object.assign({}, ...anyOf.map((one) => one.properties))
  return Object.entries(fields).map(([name, schema]) => {
    return { name, in: place, required: required.includes(name), schema }
  })
}
