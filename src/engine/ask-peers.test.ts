import { expect, test } from 'vitest'
import { SyncError } from '../core/errors.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { askPeers } from './ask-peers.ts'

/** Peers by name, in the order in which they are asked; a right answer is 'right'. */
function open(...names: string[]) {
  const clock = createManualClock(0)
  const asked: string[] = []
  const rejected: string[] = []
  const heardMs = new Map<string, number>()
  const replies = new Map(names.map((name) => [name, Promise.withResolvers<string>()]))
  const outcome = askPeers<string, string>(clock, {
    next: (before) => names.find((name) => !before.has(name)),
    ask(name) {
      asked.push(name)
      return replies.get(name)!.promise
    },
    heardMs: (name) => heardMs.get(name) ?? Number.NEGATIVE_INFINITY,
    accept(name, answer) {
      if (answer !== 'right') rejected.push(name)
      return answer === 'right'
    },
    failed: (name, error) => void rejected.push(`${name} ${error.code}`),
  }).then(
    (answer) => answer,
    (error: unknown) => (error instanceof SyncError ? error.code : String(error)),
  )
  const settle = () => clock.advance(0)
  return { clock, asked, rejected, heardMs, replies, outcome, settle }
}

test('one after another is asked until an answer is right', async () => {
  const { asked, rejected, replies, outcome, settle } = open('lacking', 'wrong', 'right', 'spare')
  replies.get('lacking')!.reject(new SyncError('no-peer-has-it', { path: '' }))
  await settle()
  expect(asked).toEqual(['lacking', 'wrong'])
  replies.get('wrong')!.resolve('something else')
  await settle()
  replies.get('right')!.resolve('right')
  expect(await outcome).toBe('right')
  expect(asked).toEqual(['lacking', 'wrong', 'right'])
  expect(rejected).toEqual(['lacking no-peer-has-it', 'wrong'])
})

test('when nobody is left, nobody has it; a fault of our own is told as it is', async () => {
  const nobody = open('one')
  nobody.replies.get('one')!.resolve('something else')
  expect(await nobody.outcome).toBe('no-peer-has-it')
  expect(await open().outcome).toBe('no-peer-has-it')
  const bug = open('one', 'two')
  bug.replies.get('one')!.reject(new TypeError('a bug'))
  expect(await bug.outcome).toBe('TypeError: a bug')
})

test('I14 who is silent is not waited for alone, and may still answer', async () => {
  const { clock, asked, heardMs, replies, outcome } = open('silent', 'silent, too', 'awake')
  heardMs.set('silent', 0)
  await clock.advance(1_999)
  expect(asked).toEqual(['silent'])
  await clock.advance(1)
  expect(asked).toEqual(['silent', 'silent, too'])
  // Of that one nothing was ever heard.
  await clock.advance(500)
  expect(asked).toEqual(['silent', 'silent, too', 'awake'])
  replies.get('silent')!.resolve('right')
  expect(await outcome).toBe('right')
  // What comes later is nobody's fault.
  replies.get('awake')!.reject(new SyncError('no-peer-has-it', { path: '' }))
  await clock.advance(10_000)
  expect(clock.waiting).toBe(0)
})

test('who sends a long answer on a slow line is waited for', async () => {
  const { clock, asked, heardMs, replies, outcome } = open('slow', 'other')
  for (let half = 0; half < 40; half += 1) {
    await clock.advance(499)
    heardMs.set('slow', clock.monotonicMs())
  }
  expect(asked).toEqual(['slow'])
  replies.get('slow')!.resolve('right')
  expect(await outcome).toBe('right')
})
