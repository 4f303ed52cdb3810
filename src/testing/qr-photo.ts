/** Photos of QR codes, as the device gets them: in grey, turned and grainy as is asked. */
import type { GreyPicture } from '../qr-reader.ts'
import { createSeededChance } from './seeded-chance.ts'

const dark = 40
const light = 220
const table = 130
/** Looks a side of each pixel, so that edges are as soft as a lens makes them. */
const looks = 3

interface Photo {
  /** Of the picture, in pixels. */
  readonly side: number
  /** Of the code with its border. */
  readonly codePx: number
  /** Radians. */
  readonly turned: number
  /** By how much brightness is off at most, both ways together. */
  readonly noise: number
}

/** The code, true where it is dark, lies in the middle of a table. */
export function photoOf(
  code: readonly (readonly boolean[])[],
  { side, codePx, turned, noise }: Photo,
): GreyPicture {
  const grain = createSeededChance(1).bytes(side * side)
  const [along, across] = [Math.cos(turned), Math.sin(turned)]
  const pixels = new Uint8Array(side * side)

  function brightnessAt(x: number, y: number): number {
    const column = Math.floor(((x * along + y * across) / codePx + 0.5) * code.length)
    const row = Math.floor(((y * along - x * across) / codePx + 0.5) * code.length)
    const isDark = code[row]?.[column]
    return isDark === undefined ? table : isDark ? dark : light
  }

  for (let at = 0; at < pixels.length; at += 1) {
    let sum = 0
    for (let look = 0; look < looks ** 2; look += 1) {
      const x = (at % side) + ((look % looks) + 0.5) / looks - side / 2
      const y = Math.floor(at / side) + (Math.floor(look / looks) + 0.5) / looks - side / 2
      sum += brightnessAt(x, y)
    }
    const off = (grain[at]! / 255 - 0.5) * noise
    pixels[at] = Math.max(0, Math.min(255, sum / looks ** 2 + off))
  }
  return { width: side, height: side, pixels }
}
