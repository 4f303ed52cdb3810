import { expect, test } from 'vitest'
import type { SecretKind } from '../../../src/api/schemas/folders.ts'
import { kindKey, numberOf, stepBefore } from './steps.ts'

const given: SecretKind = { kind: 'read-only', secret: 'B', own: false, hosts: [] }
const own: SecretKind = { kind: 'full', secret: 'my own', own: true, hosts: [] }

test('there are three steps, and each but the last leads back to where one came from', () => {
  expect(stepBefore({ name: 'choose' })).toBeUndefined()
  expect(stepBefore({ name: 'directory' })).toEqual({ name: 'choose' })
  expect(stepBefore({ name: 'directory', given })).toEqual({ name: 'join' })
  expect(stepBefore({ name: 'directory', given: own })).toEqual({ name: 'choose' })
  const added = { id: 'f', path: '/srv/f', role: 'full', created: true, joining: false } as const
  expect(stepBefore({ name: 'done', added })).toBeUndefined()
  expect(numberOf({ name: 'done', added })).toBe(3)
})

test('a secret of a person’s own is told apart from one that was given to them', () => {
  expect(kindKey(given)).toBe('secret-kind-read-only')
  expect(kindKey(own)).toBe('secret-kind-own')
})
