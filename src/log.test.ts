import { expect, test } from 'vitest'
import { SyncError } from './core/errors.ts'
import { generateFullSecret, secretToText } from './core/secret.ts'
import { createLogTo, type LogOptions } from './log.ts'

function capture(options: Partial<LogOptions>) {
  const lines: string[] = []
  const stream = { write: (line: string) => void lines.push(line) }
  return { lines, log: createLogTo(stream, { level: 'info', readable: false, colour: false, ...options }) }
}

test('a line for programs is JSON with time, level and fields', () => {
  const { lines, log } = capture({})
  log.child({ folder: '/a' }).warn({ path: 'b.txt', error: new SyncError('peer-self') }, 'look')
  log.debug({}, 'not shown')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 'warn',
    folder: '/a',
    path: 'b.txt',
    error: { code: 'peer-self', message: 'This address is this device itself.' },
    msg: 'look',
    time: expect.stringMatching(/^\d{4}-.*Z$/),
  })
})

test('a line for people is a sentence and its fields', () => {
  const { lines, log } = capture({ readable: true, level: 'debug' })
  log.debug({ path: 'a b', count: 7 }, 'seen')
  expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} debug seen path="a b" count=7\n$/)
})

test('what other people wrote steers no terminal, and makes no line of its own for programs', () => {
  const name = 'a\u001b[2J\u009b2J\u202e\n{"level":"info","msg":"forged"}'
  const fields = { path: name, error: new Error(`cannot open ${name}`), nested: { name } }
  const people = capture({ readable: true })
  people.log.error(fields, name)
  expect(people.lines).toHaveLength(1)
  expect(people.lines[0]!.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  const programs = capture({})
  programs.log.error(fields, name)
  expect(programs.lines.join('').trimEnd()).not.toContain('\n')
  expect(JSON.parse(programs.lines.join('')).path).toBe(name)
})

test('a bug is logged with its origin', () => {
  const { lines, log } = capture({})
  log.error({ error: new Error('assertion: no') }, 'bug')
  expect(JSON.parse(lines[0]!).error.stack).toContain('log.test.ts')
})

test('I9: a secret prints as [secret]', () => {
  const secret = generateFullSecret((count) => Buffer.alloc(count, 7))
  for (const readable of [true, false]) {
    const { lines, log } = capture({ readable })
    log.info({ secret, nested: { secret } }, `of ${secret}`)
    expect(lines[0]).not.toContain(secretToText(secret).slice(1, 12))
    expect(lines[0]).toContain('[secret]')
  }
})

test('I14: what is said again and again is left out, in whichever part of the program', () => {
  const { lines, log } = capture({})
  for (let times = 0; times < 1000; times += 1) log.child({ times }).info({}, 'connected')
  log.info({}, 'something else')
  expect(lines.length).toBeGreaterThan(200)
  expect(lines.length).toBeLessThan(230)
  expect(JSON.parse(lines.at(-1)!).msg).toBe('something else')
})
