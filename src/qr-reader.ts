/**
 * Reads QR codes out of pictures, for browsers: what reads them would be a ninth of all that the page weighs. Loaded when the first picture
 * comes. One takes some milliseconds and never much more than `retryMs`, so it is not worth a thread.
 */

/** In grey: `height` rows of `width` bytes, each a brightness. */
export interface GreyPicture {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
}

/** Of trying harder where the first look finds none. Of a camera the next picture is as good, and in a photo more time finds hardly more. */
const retryMs = 30

/** The text of a code in it; undefined where there is none. */
export async function findQrText({ width, height, pixels }: GreyPicture): Promise<string | undefined> {
  const { decodeQR } = await import('qr/decode.js')
  const options = { format: 'I420', effort: Number.POSITIVE_INFINITY, timeLimit: retryMs } as const
  try {
    return decodeQR({ width, height, data: pixels }, options)
  } catch {
    // It throws where it finds none, which is the rule while somebody still aims.
    return undefined
  }
}
