/** Finds the text of a QR code in a photo, or in what a camera sees. Loaded only when somebody scans. */
import decodeQR from 'qr/decode.js'
import { frameLoop, QRCanvas, rearCamera } from 'qr/dom.js'

/** Photos of phones have ten times what a code needs. */
const maxSide = 1600
/** Of trying harder, for a photo; longer nobody waits. */
const timeLimit = 3000

/** Undefined where there is none in it. */
export async function readCode(photo: Blob): Promise<string | undefined> {
  const picture = await createImageBitmap(photo)
  const scale = Math.min(1, maxSide / Math.max(picture.width, picture.height))
  const width = Math.max(1, Math.round(picture.width * scale))
  const height = Math.max(1, Math.round(picture.height * scale))
  const canvas = document.createElement('canvas')
  Object.assign(canvas, { width, height })
  const context = canvas.getContext('2d')!
  context.drawImage(picture, 0, 0, width, height)
  picture.close()
  const { data } = context.getImageData(0, 0, width, height)
  try {
    return decodeQR({ width, height, data }, { effort: Number.POSITIVE_INFINITY, timeLimit })
  } catch {
    return undefined
  }
}

/** Undefined when it was left before there was one. Throws where there is no camera, or it is not given. */
export async function watchCamera(video: HTMLVideoElement, leaving: AbortSignal): Promise<string | undefined> {
  const camera = await rearCamera(video)
  const canvas = new QRCanvas()
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  if (leaving.aborted) resolve(undefined)
  leaving.addEventListener('abort', () => resolve(undefined))
  const stop = frameLoop(() => {
    const found = camera.readFrame(canvas)
    if (typeof found === 'string') resolve(found)
  })
  try {
    return await promise
  } finally {
    stop()
    camera.stop()
  }
}
