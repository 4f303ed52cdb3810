/** A QR code is read by the device, out of a photo and out of what the camera of a browser sees. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import encodeQR from 'qr'
import { expect, test } from 'vitest'
import { openBrowser } from '../testing/browser.ts'
import { photoOf } from '../testing/qr-photo.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { pngOf } from '../testing/test-picture.ts'
import { readUiTexts } from '../testing/ui-texts.ts'
import { sitDown, startWebPlace } from '../testing/web-place.ts'

const codeOf = (text: string) => encodeQR(text, 'raw', { ecc: 'medium', border: 4 })

/** Pictures in grey as a camera gives them, the same again and again. */
function filmOf({ width, height, pixels }: ReturnType<typeof photoOf>): Buffer {
  const grey = Buffer.alloc((width * height) / 4, 128)
  const head = `YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`
  const frame = [Buffer.from('FRAME\n'), pixels, grey, grey]
  return Buffer.concat([Buffer.from(head), ...frame, ...frame])
}

test('a code is read out of a photo, and out of what the camera sees', async () => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const studio = await startWebPlace(root.path, 'Studio', stack)
  await studio.daemon.ask('add', studio.directory)
  const { readOnly } = await studio.daemon.askJson('secrets', studio.directory)
  const link = (name: string): string => `berrysync://add?secret=${readOnly}&name=${name}&host=192.0.2.7:4444`

  const film = join(root.path, 'film.y4m')
  await writeFile(
    film,
    filmOf(photoOf(codeOf(link('Film')), { side: 640, codePx: 360, turned: 0.3, noise: 40 })),
  )
  const browser = stack.use(await openBrowser({ film }))
  const look = { width: 360, language: 'en' } as const
  const say = readUiTexts(look.language)
  const person = stack.use(await sitDown(browser, studio, look))
  const { page } = person
  await page.goto('/#/add-folder')
  await page.getByRole('button', { name: say('add-join') }).click()
  const field = page.getByLabel(say('join-secret'))
  const choosePhoto = (buffer: Buffer, mimeType: string) =>
    page.locator('input[type=file]').setInputFiles({ name: 'photo', mimeType, buffer })

  await choosePhoto(Buffer.from('no photo'), 'image/png')
  await page.getByText(say('scan-unreadable'), { exact: true }).waitFor()
  await choosePhoto(pngOf(200, 30, 90), 'image/png')
  await page.getByText(say('scan-nothing'), { exact: true }).waitFor()
  // So small in the photo that it is found only where the middle is looked at once more.
  const photo = encodeQR(link('Photo'), 'gif', { scale: 5, border: 150 })
  await choosePhoto(Buffer.from(photo), 'image/gif')
  await page.getByText(say('join-here-already', { folder: 'folder', path: studio.directory })).waitFor()
  expect(await field.inputValue()).toBe(link('Photo'))

  await page.getByRole('button', { name: say('scan-camera') }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  expect(await field.inputValue()).toBe(link('Film'))
  expect(person.faults).toEqual([])
})
