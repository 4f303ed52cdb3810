import { expect, test } from 'vitest'
import { areasOf, greyOf, shrunk } from './grey-picture.ts'

test('what is larger than the device takes is sent smaller, in its own shape', () => {
  expect(shrunk({ width: 4000, height: 3000 })).toEqual({ width: 640, height: 480 })
  expect(shrunk({ width: 300, height: 500 })).toEqual({ width: 300, height: 500 })
  expect(shrunk({ width: 9000, height: 2 })).toEqual({ width: 640, height: 1 })
})

test('a large photo is looked at as a whole, then nearer in the middle; a small one once', () => {
  expect(areasOf({ width: 4000, height: 3000 })).toEqual([
    { x: 0, y: 0, width: 4000, height: 3000 },
    { x: 1000, y: 750, width: 2000, height: 1500 },
  ])
  expect(areasOf({ width: 640, height: 480 })).toHaveLength(1)
})

test('white is brightest, black darkest, and green brighter than blue', () => {
  const colours = [
    [255, 255, 255, 255],
    [0, 0, 0, 255],
    [0, 255, 0, 255],
    [0, 0, 255, 255],
  ]
  const [white, black, green, blue] = greyOf(Uint8ClampedArray.from(colours.flat()))
  expect([white, black]).toEqual([255, 0])
  expect(green).toBeGreaterThan(blue!)
})
