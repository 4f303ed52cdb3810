import { expect, test } from 'vitest'
import { type ButtonState, firstLook, lookAtButton, type Press, phaseOf } from './button-presses.ts'

const lookEveryMs = 40

/** Looks at a button that is up and down in turn for so long each, and tells what it meant, with the phases shown on the way. */
function play(times: readonly number[], isDownFirst = false) {
  const presses: Press[] = []
  const phases: (string | undefined)[] = [undefined]
  let state: ButtonState = firstLook(isDownFirst, 0)
  let atMs = 0
  let isDown = isDownFirst
  for (const ms of times) {
    for (const endMs = atMs + ms; atMs < endMs; atMs += lookEveryMs) {
      const look = lookAtButton(state, isDown, atMs)
      state = look.state
      if (look.press !== undefined) presses.push(look.press)
      const phase = phaseOf(state, atMs)
      if (phases.at(-1) !== phase) phases.push(phase)
    }
    isDown = !isDown
  }
  return { presses, phases, state }
}

test.each<[number, Press | undefined]>([
  [120, 'short'],
  [2_900, 'short'],
  [3_040, 'password'],
  [9_900, 'password'],
  [10_040, 'reset'],
  [19_900, 'reset'],
  [20_040, undefined],
  [3_600_000, undefined],
])('A8: held for %i ms it means %s, once it is let go', (heldMs, meant) => {
  const while_ = play([1000, heldMs])
  expect(while_.presses).toEqual([])
  const after = play([1000, heldMs, 1000])
  expect(after.presses).toEqual(meant === undefined ? [] : [meant])
  expect(after.phases.at(-1)).toBe(undefined)
})

test('A8: the phase shown is what letting go would do', () => {
  expect(play([1000, 25_000, 500]).phases).toEqual([
    undefined,
    'short',
    'password',
    'reset',
    'nothing',
    undefined,
  ])
})

test('A8: a button that is down before anybody looked means nothing until it was up', () => {
  const held = play([12_000, 1000], true)
  expect(held.presses).toEqual([])
  expect(held.phases).toEqual([undefined])
  expect(play([12_000, 1000, 200, 1000], true).presses).toEqual(['short'])
})

test('A8: a contact that bounces is one press', () => {
  let state = firstLook(false, 0)
  const presses: Press[] = []
  const see = (isDown: boolean, atMs: number) => {
    const look = lookAtButton(state, isDown, atMs)
    state = look.state
    if (look.press !== undefined) presses.push(look.press)
  }
  for (const [at, isDown] of [true, false, true, false, true].entries()) see(isDown, 100 + at * 5)
  for (let atMs = 160; atMs < 460; atMs += 40) see(true, atMs)
  for (const [at, isDown] of [false, true, false, true, false].entries()) see(isDown, 460 + at * 5)
  for (let atMs = 520; atMs < 800; atMs += 40) see(false, atMs)
  expect(presses).toEqual(['short'])
})

test('A8: a disturbance shorter than any finger is no press', () => {
  let state = firstLook(false, 0)
  for (const [atMs, isDown] of [
    [40, true],
    [60, false],
    [100, false],
    [140, false],
  ] as const) {
    const look = lookAtButton(state, isDown, atMs)
    state = look.state
    expect(look.press).toBeUndefined()
  }
  expect(state.kind).toBe('up')
})

test('A8: a press during which nobody looked for a while means nothing, be it down or up afterwards', () => {
  const { state } = play([1000, 1000])
  for (const isDown of [true, false]) {
    let after = state
    const presses: (Press | undefined)[] = []
    // It was perhaps let go and pressed again in these ten seconds: that must not add up to a factory reset.
    for (const [atMs, level] of [
      [12_000, isDown],
      [12_040, isDown],
      [12_080, false],
      [12_120, false],
      [12_160, false],
    ] as const) {
      const look = lookAtButton(after, level, atMs)
      after = look.state
      presses.push(look.press)
    }
    expect(presses.every((press) => press === undefined)).toBe(true)
    expect(after.kind).toBe('up')
  }
})

test('A8: as long as a press is held that means nothing because nobody looked, it says so', () => {
  const { state } = play([1000, 1000])
  expect(phaseOf(state, 2000)).toBe('short')
  const { state: spoilt } = lookAtButton(state, true, 4_000)
  expect(phaseOf(spoilt, 4_000)).toBe('nothing')
  const { state: later } = lookAtButton(spoilt, true, 4_040)
  expect(phaseOf(later, 4_040)).toBe('nothing')
})

test('A8: what began while nobody looked means nothing either', () => {
  const { state } = play([1000])
  let after = state
  for (const [atMs, isDown] of [
    [12_000, true],
    [12_040, true],
    [16_000, true],
    [16_040, false],
    [16_080, false],
  ] as const) {
    const look = lookAtButton(after, isDown, atMs)
    after = look.state
    expect(look.press).toBeUndefined()
  }
})
