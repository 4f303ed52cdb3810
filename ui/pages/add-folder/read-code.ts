/** Finds the text of a QR code in a photo, or in what a camera sees. Loaded only when somebody scans. */
import decodeQR from 'qr/decode.js'

/** Photos of phones have ten times what a code needs. */
const maxSide = 1600
/** Of trying harder, for a photo; longer nobody waits. */
const photoMs = 3000
/** Of trying harder, for one picture of many; the next is as good. */
const frameMs = 30
/** Between two pictures: as fast as a hand is steady, slow enough for a phone to stay cool. */
const pauseMs = 120

/** Undefined where there is none in it. */
export async function readCode(photo: Blob): Promise<string | undefined> {
  const picture = await createImageBitmap(photo)
  try {
    return find(picture, picture, photoMs)
  } finally {
    picture.close()
  }
}

/** Undefined when it was left before there was one. Throws where there is no camera, or it is not given. */
export async function watchCamera(
  video: HTMLVideoElement,
  leaving: AbortSignal,
): Promise<string | undefined> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
  try {
    video.srcObject = stream
    await video.play()
    while (!leaving.aborted) {
      const size = { width: video.videoWidth, height: video.videoHeight }
      const text = size.width > 0 ? find(video, size, frameMs) : undefined
      if (text !== undefined) return text
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
    return undefined
  } finally {
    for (const track of stream.getTracks()) track.stop()
  }
}

function find(
  picture: CanvasImageSource,
  size: { readonly width: number; readonly height: number },
  timeLimit: number,
): string | undefined {
  const scale = Math.min(1, maxSide / Math.max(size.width, size.height))
  const width = Math.max(1, Math.round(size.width * scale))
  const height = Math.max(1, Math.round(size.height * scale))
  const canvas = document.createElement('canvas')
  Object.assign(canvas, { width, height })
  const context = canvas.getContext('2d', { willReadFrequently: true })!
  context.drawImage(picture, 0, 0, width, height)
  const { data } = context.getImageData(0, 0, width, height)
  try {
    return decodeQR({ width, height, data }, { effort: Number.POSITIVE_INFINITY, timeLimit })
  } catch {
    // It throws where it finds none, which is the rule while somebody still aims.
    return undefined
  }
}
