import { readFile } from 'node:fs/promises'
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { TSchema } from 'typebox'
import { describe, expect, test } from 'vitest'
import { descriptionFile, readDescription } from '../testing/api-description.ts'
import { requestCheck } from './route-shapes.ts'

interface Operation {
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly 'x-needs': string
  readonly security: readonly object[]
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required: boolean
    readonly schema: TSchema
  }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: TSchema }>> }
  readonly responses: Readonly<
    Record<string, { content?: Readonly<Record<string, { readonly schema: TSchema }>> }>
  >
}

const text = await readDescription()
const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, Operation>> }
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation] as const),
)

test('docs/openapi.json is current', async () => {
  expect(await readFile(descriptionFile, 'utf8'), 'run: npm run openapi').toBe(text)
})

test('it is a valid document of its kind', async () => {
  expect(await new Validator().validate(JSON.parse(text))).toEqual({ valid: true })
})

describe.each(operations)('%s', (_, operation) => {
  test('says what it does, in which chapter, and what it answers', () => {
    expect(operation.summary, 'give it a summary').toMatch(/^[A-Z][^\n]{9,120}[^.]$/)
    expect(operation.tags).toEqual([expect.stringMatching(/^[a-z]+$/)])
    expect(operation.responses[200], 'give it the schema of its answer').toEqual({
      description: expect.any(String),
      content: expect.any(Object),
    })
    expect(operation.responses.default).toEqual({ $ref: '#/components/responses/Error' })
  })
})

test('every shape can be compiled: a start does not find out', () => {
  const check = (httpPart: string, schema: TSchema) => {
    requestCheck({ schema, method: 'GET', url: '/', httpPart })({})
  }
  const buildSerializer = SerializerSelector()({})
  for (const [, { parameters = [], requestBody, responses }] of operations) {
    for (const { schema } of parameters) check('querystring', schema)
    for (const { schema } of Object.values(requestBody?.content ?? {})) check('body', schema)
    for (const { content = {} } of Object.values(responses))
      for (const { schema } of Object.values(content))
        expect(buildSerializer({ schema, method: 'GET', url: '/', httpStatus: '200' })).toBeTypeOf('function')
  }
})

test('what needs the password anew is no business of a token', () => {
  const confirmed = operations.filter(([, operation]) => operation['x-needs'] === 'confirmed')
  expect(confirmed.map(([name]) => name)).toEqual(
    expect.arrayContaining(['get /api/folders/{folder}/secrets', 'post /api/folders/{folder}/rotation']),
  )
  for (const [, { security }] of confirmed) expect(security).toEqual([{ session: [] }])
  expect(paths['/api/status']!.get!['x-needs']).toBe('read')
  expect(paths['/api/rescan']!.post!['x-needs']).toBe('control')
  expect(paths['/api/folders/{folder}/secrets/read-only']!.get!['x-needs']).toBe('control')
})

test('every name in an address is a parameter', () => {
  const hosts = paths['/api/folders/{folder}/hosts/{host}']!.delete!
  expect(hosts.parameters).toMatchObject([
    { name: 'folder', in: 'path', required: true },
    { name: 'host', in: 'path', required: true },
  ])
})
