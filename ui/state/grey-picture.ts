/** Pictures as the device takes them to look for a QR code: in grey and no larger than a code needs. */

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Area extends Size {
  readonly x: number
  readonly y: number
}

/** The device takes no larger ones. */
const maxSide = 640

/** The size it is sent in. */
export function shrunk({ width, height }: Size): Size {
  const scale = Math.min(1, maxSide / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** Where to look in a photo: all of it, then the middle twice as close, for a code that is small in a large photo. */
export function areasOf({ width, height }: Size): readonly Area[] {
  const whole = { x: 0, y: 0, width, height }
  if (Math.max(width, height) <= maxSide) return [whole]
  return [whole, { x: width / 4, y: height / 4, width: width / 2, height: height / 2 }]
}

/** How bright each pixel is to the eye, from its red, green, blue and opacity. */
export function greyOf(colours: Uint8ClampedArray): Uint8Array<ArrayBuffer> {
  const grey = new Uint8Array(colours.length / 4)
  for (let at = 0; at < grey.length; at += 1) {
    const from = at * 4
    grey[at] = (77 * colours[from]! + 150 * colours[from + 1]! + 29 * colours[from + 2]!) >> 8
  }
  return grey
}
