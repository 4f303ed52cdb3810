/** Secrets as links, and links as QR codes in the terminal, for a phone or the other device to take. */
import { basename } from 'node:path'
import { renderUnicodeCompact } from 'uqr'
import { secretLinkToText } from '../core/secret-link.ts'

/** Clear margin around the code, in its dots: readers want some. */
const borderDots = 2

export interface ShareOptions {
  readonly qr?: boolean
  readonly link?: boolean
  readonly host?: readonly string[]
}

/** The link that shares a folder, named after its directory. */
export function linkTo(directory: string, secret: string, { host = [] }: ShareOptions): string {
  return secretLinkToText({ secret, name: basename(directory), hosts: host })
}

/** The link, with `qr` below a code that holds it. */
export function linkToText(link: string, { qr = false }: ShareOptions): string {
  return qr ? `${renderUnicodeCompact(link, { border: borderDots })}\n${link}` : link
}
