import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { Check } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { SyncError } from '../core/errors.ts'
import { parseRequest, serveRequest } from './serve-request.ts'
import type { Surroundings } from './surroundings.ts'
import { socketTable, type VerbTable } from './verb-table.ts'
import { AnswerSchema, doneSchemas, type HelperAnswer, maxRequestBytes, verbs } from './verbs.ts'

const run = promisify(execFile)
const main = join(import.meta.dirname, 'main.ts')

async function ask(line: string, table: VerbTable = {}) {
  const answers: HelperAnswer[] = []
  const logged: string[] = []
  const surroundings = { log: (text: string) => logged.push(text) } as unknown as Surroundings
  await serveRequest({ surroundings, table, answer: (answer) => answers.push(answer) }, line)
  return { answers, logged }
}

describe('a request', () => {
  test.each([
    ['nothing', ''],
    ['no JSON', 'eject sdb1'],
    ['no object', '"eject"'],
    ['null', 'null'],
    ['a list', '[{"verb":"eject","device":"sdb1"}]'],
    ['no verb', '{}'],
    ['an unknown verb', '{"verb":"format","device":"sdb1"}'],
    ['a verb that objects have', '{"verb":"constructor"}'],
    ['a verb that is not a text', '{"verb":["eject"],"device":"sdb1"}'],
    ['too little', '{"verb":"eject"}'],
    ['too much', '{"verb":"eject","device":"sdb1","force":true}'],
    ['a path', '{"verb":"eject","device":"/dev/sdb1"}'],
    ['a way up', '{"verb":"eject","device":"../sda"}'],
    ['an end of line', '{"verb":"eject","device":"sdb1\\n"}'],
    ['a flag', '{"verb":"attach","device":"-a"}'],
    ['a zero', '{"verb":"attach","device":"sdb1\\u0000"}'],
    ['a long device', `{"verb":"attach","device":"${'a'.repeat(33)}"}`],
    ['a disk without its number', '{"verb":"prepare","device":"sdb","disk":{"serial":null,"sizeBytes":1}}'],
    [
      'a disk of a negative size',
      '{"verb":"prepare","device":"sdb","disk":{"serial":null,"sizeBytes":-1,"sequence":1}}',
    ],
    [
      'a disk of an endless size',
      '{"verb":"prepare","device":"sdb","disk":{"serial":null,"sizeBytes":1e999,"sequence":1}}',
    ],
    ['a host name with a space', '{"verb":"set-host-name","value":"my pi"}'],
    ['a host name with a dot', '{"verb":"set-host-name","value":"pi.evil.example"}'],
    ['a host name that is a flag', '{"verb":"set-host-name","value":"-F"}'],
    ['a time zone above', '{"verb":"set-time-zone","value":"../../etc/shadow"}'],
    ['a key for root', '{"verb":"set-ssh","value":true,"keys":["ssh-rsa AAAAAAAAAAAAAAAAAAAA"]}'],
    ['no key for root', '{"verb":"set-ssh","value":true,"keys":[]}'],
    ['a release by a path', '{"verb":"install-release","file":"../../../tmp/x"}'],
    ['a hidden release', '{"verb":"install-release","file":".x"}'],
    ['too long', `{"verb":"settle","x":"${'x'.repeat(maxRequestBytes)}"}`],
  ])('is refused before anything is looked at: %s', async (_, line) => {
    const calls: string[] = []
    const table = Object.fromEntries(
      verbs.map((verb) => [verb, async () => ({ length: calls.push(verb) })]),
    ) as unknown as VerbTable
    const { answers } = await ask(line, table)
    expect(answers).toMatchObject([{ error: { code: 'request-invalid' } }])
    expect(calls).toEqual([])
  })

  test('what only the start of the system may ask is not for the socket', async () => {
    expect(socketTable).not.toHaveProperty('settle')
    expect((await ask('{"verb":"settle"}', socketTable)).answers).toMatchObject([
      { error: { code: 'request-invalid' } },
    ])
  })

  test('any text at all ends in one refusal', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (line) => {
        expect(() => parseRequest(line)).toThrow(SyncError)
      }),
    )
  })

  test('progress only rises, and the last line says how it ended', async () => {
    const table: VerbTable = {
      repair: async (_, { device }, onProgress) => {
        for (const part of [0, 0.5, 0.2, 0.501, 2, Number.NaN]) onProgress(part)
        return { device }
      },
    }
    const { answers } = await ask('{"verb":"repair","device":"sdb1"}', table)
    expect(answers).toEqual([
      { progress: 0 },
      { progress: 0.5 },
      { progress: 1 },
      { done: { device: 'sdb1' } },
    ])
    for (const answer of answers) expect(Check(AnswerSchema, answer)).toBe(true)
  })

  test('an error of ours says nothing of itself to whoever asked, and everything to the log', async () => {
    const table: VerbTable = {
      settle: async () => {
        throw new Error('/secret/path')
      },
    }
    const { answers, logged } = await ask('{"verb":"settle"}', table)
    expect(answers).toMatchObject([{ error: { code: 'internal' } }])
    expect(JSON.stringify(answers)).not.toContain('/secret/path')
    expect(logged.join()).toContain('/secret/path')
  })
})

describe('the process', () => {
  async function tell(input: string | Buffer, ...args: string[]) {
    const child = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'pipe', 'ignore'], env: {} })
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    const [code] = (await once(child, 'close')) as [number]
    return {
      code,
      answers: said
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown),
    }
  }

  test('answers a line and ends, also while the other side keeps the connection', async () => {
    const child = spawn(process.execPath, [main], { stdio: ['pipe', 'pipe', 'ignore'], env: {} })
    child.stdin.write('{"verb":"describe"}\n{"verb":"power-off"}\n')
    const chunks: string[] = []
    child.stdout.setEncoding('utf8').on('data', (text: string) => chunks.push(text))
    const [code] = (await once(child, 'close')) as [number]
    expect(code).toBe(0)
    const lines = chunks.join('').trim().split('\n')
    expect(lines).toHaveLength(1)
    expect(Check(doneSchemas.describe, (JSON.parse(lines[0]!) as { done: unknown }).done)).toBe(true)
  })

  test.each([
    ['garbage', Buffer.from([0xff, 0x00, 0x0a])],
    ['a line that never ends', Buffer.alloc(10 * 1024 ** 2, 0x7b)],
    ['nothing', ''],
  ])('refuses %s', async (_, input) => {
    expect(await tell(input)).toMatchObject({ code: 1, answers: [{ error: { code: 'request-invalid' } }] })
  })

  test('on its command line it takes verbs of units, and no other form', async () => {
    for (const args of [['attach', '../sda'], ['attach'], ['--help'], ['sweep', 'sdb1'], ['constructor']]) {
      const ended = await run(process.execPath, [main, ...args], { env: {} }).catch(
        (error: { code: number }) => error,
      )
      expect(ended, args.join(' ')).toMatchObject({ code: 1 })
    }
  })
})
