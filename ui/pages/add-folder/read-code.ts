/** Finds the text of a QR code in a photo, or in what a camera sees. The device looks for it; the page makes pictures that are quick to send. */
import type { QrText } from '../../../src/api/schemas/folders.ts'
import { api } from '../../api/request.ts'
import { type Area, areasOf, greyOf, shrunk } from '../../state/grey-picture.ts'

/** Between an answer and the next picture: as fast as a hand is steady, slow enough for a phone to stay cool. */
const pauseMs = 120

/** Undefined where there is none in it. Throws where it is no photo, or the device does not answer. */
export async function readCode(photo: Blob): Promise<string | undefined> {
  const picture = await createImageBitmap(photo)
  try {
    for (const area of areasOf(picture)) {
      const text = await find(picture, area)
      if (text !== undefined) return text
    }
    return undefined
  } finally {
    picture.close()
  }
}

/** Undefined when it was left before there was one. Throws where there is no camera, or it is not given, or the device does not answer. */
export async function watchCamera(
  video: HTMLVideoElement,
  leaving: AbortSignal,
): Promise<string | undefined> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
  try {
    video.srcObject = stream
    await video.play()
    while (!leaving.aborted) {
      const area = { x: 0, y: 0, width: video.videoWidth, height: video.videoHeight }
      const text = area.width > 0 ? await find(video, area, leaving) : undefined
      if (text !== undefined) return text
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
    return undefined
  } finally {
    for (const track of stream.getTracks()) track.stop()
  }
}

async function find(
  picture: CanvasImageSource,
  area: Area,
  leaving?: AbortSignal,
): Promise<string | undefined> {
  const size = shrunk(area)
  const canvas = document.createElement('canvas')
  Object.assign(canvas, size)
  const context = canvas.getContext('2d', { willReadFrequently: true })!
  context.imageSmoothingQuality = 'high'
  // Codes without a background are meant to lie on a light one.
  context.fillStyle = '#fff'
  context.fillRect(0, 0, size.width, size.height)
  context.drawImage(picture, area.x, area.y, area.width, area.height, 0, 0, size.width, size.height)
  const { data } = context.getImageData(0, 0, size.width, size.height)
  const { text } = await api.post<QrText>('/api/qr-code', greyOf(data), { ...size }, leaving)
  return text
}
