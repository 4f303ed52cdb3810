import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from './api-error.ts'
import { answerRefusals, api, folderAddress } from './request.ts'

/** What the daemon answers, one after another. */
let answers: Response[]
let asked: string[]

function refusal(status: number, code: string): Response {
  return new Response(JSON.stringify({ code, message: `It is ${code}.`, data: { max: 3 } }), { status })
}

beforeEach(() => {
  answers = []
  asked = []
  vi.stubGlobal('fetch', async (path: string, { method, body }: RequestInit) => {
    asked.push([method, path, body].filter((part) => part !== undefined).join(' '))
    const answer = answers.shift()
    if (answer === undefined) throw new TypeError('network')
    return answer
  })
})

afterEach(() => {
  vi.unstubAllGlobals()
  answerRefusals(async () => false)
})

test('what is asked reaches the daemon, and its answer comes back', async () => {
  answers = [new Response('{"files":[]}'), new Response(null, { status: 204 })]
  const address = folderAddress('/srv/a b', '/files')
  expect(await api.get(address, { search: 'ä', after: undefined })).toEqual({ files: [] })
  expect(await api.patch('/api/settings', { values: {} })).toEqual({})
  expect(asked).toEqual([
    'GET /api/folders/%2Fsrv%2Fa%20b/files?search=%C3%A4',
    'PATCH /api/settings {"values":{}}',
  ])
})

test('bytes are sent as they are', async () => {
  answers = [new Response('{}')]
  await api.post('/api/x', new Uint8Array([7, 8]), { width: 2 })
  expect(asked).toEqual(['POST /api/x?width=2 7,8'])
})

test('an error keeps its code, its words and its data', async () => {
  answers = [refusal(409, 'folder-exists')]
  const error = await api.get('/api/status').catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({ code: 'folder-exists', message: 'It is folder-exists.', data: { max: 3 } })
})

test('a request is repeated once when what refused it has been cleared away', async () => {
  answerRefusals(async ({ code }) => code === 'confirmation-needed')
  answers = [refusal(403, 'confirmation-needed'), new Response('{"done":true}')]
  expect(await api.post('/api/x', { a: 1 })).toEqual({ done: true })
  answers = [refusal(403, 'confirmation-needed'), refusal(403, 'confirmation-needed')]
  await expect(api.post('/api/x')).rejects.toMatchObject({ code: 'confirmation-needed' })
  expect(asked).toEqual(['POST /api/x {"a":1}', 'POST /api/x {"a":1}', 'POST /api/x', 'POST /api/x'])
})

test('no answer, and one that is none of the daemon, are told apart', async () => {
  await expect(api.get('/api/status')).rejects.toMatchObject({ code: 'device-unreachable' })
  answers = [new Response('<html>')]
  await expect(api.get('/api/status')).rejects.toMatchObject({ code: 'answer-unreadable' })
})
