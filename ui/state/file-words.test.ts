import { expect, test } from 'vitest'
import { fileState, fileTone, isFetchable, splitPath } from './file-words.ts'

const problem = { code: 'unreadable', message: '' }

test('a problem is told before where the file is', () => {
  expect([fileTone({ state: 'here' }), fileTone({ state: 'here', problem })]).toEqual(['ok', 'problem'])
  expect(fileState({ state: 'needed', problem })).toBe('problem')
  expect(fileState({ state: 'unsynced', problem })).toBe('unsynced')
})

test('only files that are not here can be asked for', () => {
  expect(isFetchable({ kind: 'file', state: 'needed' })).toBe(true)
  expect(isFetchable({ kind: 'file', state: 'not-kept' })).toBe(true)
  expect(isFetchable({ kind: 'file', state: 'here' })).toBe(false)
  expect(isFetchable({ kind: 'directory', state: 'needed' })).toBe(false)
})

test('a path is a name and where it lies', () => {
  expect(splitPath('a/b/c.txt')).toEqual({ name: 'c.txt', directory: 'a/b' })
  expect(splitPath('c.txt')).toEqual({ name: 'c.txt', directory: '' })
})
