import { expect, test } from 'vitest'
import type { Settings } from '../../src/api/schemas/settings.ts'
import { ApiError } from '../api/api-error.ts'
import { createSettingStore, isDefault } from './setting-store.ts'

function settingsOf(values: Readonly<Record<string, unknown>>): Settings {
  const settings = Object.entries(values).map(([key, value]) => {
    return { key, value, text: String(value), isDefault: false, default: 0, about: '' }
  })
  return { settings }
}

/** A device that answers when it is let. */
function aDevice(values: Record<string, unknown>) {
  const asked: { change: object; answer: () => void; refuse: () => void }[] = []
  const store = createSettingStore(settingsOf(values), (change) => {
    const { promise, resolve, reject } = Promise.withResolvers<Settings>()
    asked.push({
      change,
      answer: () => resolve(settingsOf(Object.assign(values, change))),
      refuse: () => reject(new ApiError({ code: 'setting-invalid', message: 'No.', data: {} })),
    })
    return promise
  })
  return { store, asked }
}

test('what was chosen is shown while it is being saved, and then that it was', async () => {
  const { store, asked } = aDevice({ a: 0 })
  const done = store.set('a', 5)
  expect(store.show('a')).toMatchObject({ value: 5, phase: 'saving' })
  await Promise.resolve()
  asked[0]!.answer()
  await done
  expect(store.show('a')).toMatchObject({ value: 5, phase: 'saved', default: 0 })
})

test('what the device refuses is not shown as if it held', async () => {
  const { store, asked } = aDevice({ a: 1 })
  const done = store.set('a', -5)
  await Promise.resolve()
  asked[0]!.refuse()
  await done
  expect(store.show('a')).toMatchObject({ value: 1, phase: 'refused', error: { code: 'setting-invalid' } })
})

test('of choices made faster than they are saved the last one holds, and one goes after another', async () => {
  const { store, asked } = aDevice({ a: 0, b: 0 })
  const first = store.set('a', 1)
  await Promise.resolve()
  store.set('a', 2)
  store.set('a', 3)
  const last = store.set('b', 4)
  expect(asked).toHaveLength(1)
  asked[0]!.answer()
  await first
  expect(store.show('a')).toMatchObject({ value: 3, phase: 'saving' })
  for (const at of [1, 2]) {
    await expect.poll(() => asked.length).toBe(at + 1)
    asked[at]!.answer()
  }
  await last
  expect(asked.map(({ change }) => change)).toEqual([{ a: 1 }, { a: 3 }, { b: 4 }])
  expect(store.show('b')).toMatchObject({ value: 4, phase: 'saved' })
})

test('only the last that was saved says so', async () => {
  const { store, asked } = aDevice({ a: 0, b: 0 })
  for (const [at, key] of ['a', 'b'].entries()) {
    const done = store.set(key, 1)
    await expect.poll(() => asked.length).toBe(at + 1)
    asked[at]!.answer()
    await done
  }
  expect([store.show('a').phase, store.show('b').phase]).toEqual(['at-rest', 'saved'])
})

test('a value that was set to what it is anyway is the default', () => {
  expect(isDefault({ value: [], default: [] })).toBe(true)
  expect(isDefault({ value: 1, default: 0 })).toBe(false)
})
