/**
 * What of a file may be shown in a browser, decided by its bytes and never by its name: a few kinds of pictures, which cannot hold
 * script, and text, which is shown as nothing but text whatever it is (SVG and HTML included).
 */
import { isUtf8 } from 'node:buffer'

/** As many bytes as it takes to tell a picture. */
export const pictureHeadBytes = 16

const pictures = {
  'image/png': (head: Buffer) => startsWith(head, 0, '\x89PNG\r\n\x1a\n'),
  'image/jpeg': (head: Buffer) => startsWith(head, 0, '\xff\xd8\xff'),
  'image/gif': (head: Buffer) => startsWith(head, 0, 'GIF87a') || startsWith(head, 0, 'GIF89a'),
  'image/webp': (head: Buffer) => startsWith(head, 0, 'RIFF') && startsWith(head, 8, 'WEBP'),
  'image/avif': (head: Buffer) => startsWith(head, 4, 'ftypavif') || startsWith(head, 4, 'ftypavis'),
} as const
export type PictureType = keyof typeof pictures

/** The kind of picture a file that begins like this is; undefined for anything else. */
export function pictureTypeOf(head: Uint8Array): PictureType | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  return (Object.keys(pictures) as PictureType[]).find((type) => pictures[type](bytes))
}

function startsWith(bytes: Buffer, at: number, magic: string): boolean {
  return bytes.subarray(at, at + magic.length).equals(Buffer.from(magic, 'latin1'))
}

/** The beginning of a text, to the last whole character; undefined when it is no text. `isCut`: the file goes on behind it. */
export function textPart(bytes: Buffer, isCut: boolean): Buffer | undefined {
  if (bytes.includes(0)) return undefined
  const whole = isCut ? bytes.subarray(0, bytes.length - brokenTail(bytes)) : bytes
  return isUtf8(whole) ? whole : undefined
}

/** Bytes at the end of a cut text that are the beginning of a character. */
function brokenTail(bytes: Buffer): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length += 1) {
    const byte = bytes[bytes.length - length]!
    if (byte < 0x80) return 0
    const isFirst = byte >= 0xc0
    if (isFirst) return length < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? length : 0
  }
  return 0
}
