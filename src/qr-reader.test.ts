import encodeQR from 'qr'
import { expect, test } from 'vitest'
import { findQrText } from './qr-reader.ts'
import { photoOf } from './testing/qr-photo.ts'
import { createSeededChance } from './testing/seeded-chance.ts'

const link = `berrysync://add?secret=B${'7Gh2kLmPq9'.repeat(3)}xy&name=Holiday&host=192.0.2.7:4444`
const codes = encodeQR(link, 'raw', { ecc: 'medium', border: 4 })

test.each([
  ['from the front', { codePx: 400, turned: 0, noise: 0 }],
  ['turned, and grainy as at night', { codePx: 300, turned: 0.4, noise: 60 }],
  ['from afar', { codePx: 160, turned: 0.2, noise: 20 }],
])('a code is read in a photo %s', async (_, how) => {
  expect(await findQrText(photoOf(codes, { side: 640, ...how }))).toBe(link)
})

test('where there is none, nothing is made up', async () => {
  const chance = createSeededChance(7)
  const pictures = [
    { width: 640, height: 640, pixels: chance.bytes(640 * 640) },
    { width: 640, height: 480, pixels: new Uint8Array(640 * 480).fill(120) },
    { width: 1, height: 1, pixels: new Uint8Array(1) },
  ]
  for (const picture of pictures) expect(await findQrText(picture)).toBeUndefined()
})
