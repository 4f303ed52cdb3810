import { parser } from 'sax'
import { expect, test } from 'vitest'
import { describeDevice, deviceType, uniqueName } from './device-description.ts'

/** Elements with a text, in their order. */
function elements(xml: string): [string, string][] {
  const found: [string, string][] = []
  const reader = parser(true)
  let name = ''
  reader.onopentag = (tag) => {
    name = tag.name
  }
  reader.ontext = (text) => {
    if (text.trim() !== '') found.push([name, text])
  }
  reader.onerror = (error) => {
    throw error
  }
  reader.write(xml).close()
  return found
}

test('the description is XML in the order strict readers want, whatever the device is called', () => {
  const name = 'Küche <&> "Bad" \'x\''
  const xml = describeDevice({ id: 'ab', name, version: '1.2.3' }, 'http://192.168.1.20:8888')
  expect(elements(xml)).toEqual([
    ['major', '1'],
    ['minor', '1'],
    ['deviceType', deviceType],
    ['friendlyName', name],
    ['manufacturer', 'Berrysync'],
    ['modelDescription', expect.any(String)],
    ['modelName', 'Berrysync'],
    ['modelNumber', '1.2.3'],
    ['UDN', uniqueName('ab')],
    ['presentationURL', 'http://192.168.1.20:8888/'],
  ])
})

test('the name of a device is a UUID, always the same, and does not tell its id', () => {
  expect(uniqueName('ab')).toMatch(
    /^uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  expect(uniqueName('ab')).toBe(uniqueName('ab'))
  expect(uniqueName('ac')).not.toBe(uniqueName('ab'))
})
