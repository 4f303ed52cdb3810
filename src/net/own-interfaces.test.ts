import { expect, test } from 'vitest'
import { ownInterfaces } from './own-interfaces.ts'

test('where the interfaces cannot be read there are none', () => {
  expect(Object.keys(ownInterfaces())).toContain('lo')
  const refuse = () => {
    throw new Error('uv_interface_addresses returned 97')
  }
  expect(ownInterfaces(refuse)).toEqual({})
})
