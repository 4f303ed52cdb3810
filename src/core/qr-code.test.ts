import { decodeQR } from 'qr/decode.js'
import { expect, test } from 'vitest'
import { photoOf } from '../testing/qr-photo.ts'
import { maxQrBytes, qrToBlocks, qrToPath } from './qr-code.ts'

const texts: readonly (readonly [string, string])[] = [
  ['an address', 'http://192.168.1.20'],
  ['a link', `berrysync://add?secret=B${'7Gh2kLmPq9'.repeat(3)}xy&name=Holiday&host=192.0.2.7%3A4444`],
  ['Russian', 'папка «Отпуск»'],
  ['as much as there may be', 'x'.repeat(maxQrBytes)],
]

/** What a reader finds in dots, true where it is dark. */
function read(rows: readonly (readonly boolean[])[]): string {
  const side = rows.length * 4
  const { width, height, pixels } = photoOf(rows, { side, codePx: side, turned: 0, noise: 0 })
  return decodeQR({ width, height, data: pixels }, { format: 'I420' })
}

test.each(texts)('%s is read from half blocks', (_, text) => {
  const lines = qrToBlocks(text)
  const width = lines[0]!.length
  expect(lines.map(({ length }) => length)).toEqual(lines.map(() => width))
  const rows = lines.flatMap((line) => [
    Array.from(line, (half) => ' ▄'.includes(half)),
    Array.from(line, (half) => ' ▀'.includes(half)),
  ])
  // A code has an odd number of rows; the one too many is as dark as the terminal.
  expect([rows.length, rows.pop()!.every(Boolean)]).toEqual([width + 1, true])
  const margin = [0, 1, width - 2, width - 1]
  expect(margin.every((at) => rows[at]!.every((isDark) => !isDark) && rows.every((row) => !row[at]))).toBe(
    true,
  )
  expect(read(rows)).toBe(text)
})

test.each(texts)('%s is read from a path', (_, text) => {
  const { size, path } = qrToPath(text)
  const rows = Array.from({ length: size }, () => Array.from({ length: size }, () => false))
  const left = path.replaceAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g, (_, x, y, length) => {
    rows[y]!.fill(true, Number(x), Number(x) + Number(length))
    return ''
  })
  expect(left).toBe('')
  const margin = [0, 1, 2, 3].flatMap((at) => [at, size - 1 - at])
  expect(margin.every((at) => rows[at]!.every((isDark) => !isDark) && rows.every((row) => !row[at]))).toBe(
    true,
  )
  expect(read(rows)).toBe(text)
})
