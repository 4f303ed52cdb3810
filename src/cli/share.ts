/** Secrets as links, and links as QR codes in the terminal, for a phone or the other device to take. */
import { basename } from 'node:path'
import type { Command } from 'commander'
import { qrToBlocks } from '../core/qr-code.ts'
import { secretLinkToText } from '../core/secret-link.ts'
import { formatHostPort, parseHostPort } from '../net/address.ts'
import { wrongUsage } from './session.ts'

/** With a long name they still fit into a code. */
const maxHosts = 4

export interface ShareOptions {
  readonly qr?: boolean
  readonly link?: boolean
  readonly host?: readonly string[]
}

/** An option that may be given more than once: one that took several values would take the arguments behind it, too. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}

/** The addresses for a link, as they are written. Ends the program as wrong usage. */
export function readHosts(command: Command, { host = [] }: ShareOptions): readonly string[] {
  if (host.length > maxHosts) wrongUsage(command, `a link has room for ${maxHosts} addresses`)
  return host.map((text) => formatHostPort(parseHostPort(text)))
}

/** The link that shares a folder, named after its directory. */
export function linkTo(directory: string, secret: string, hosts: readonly string[]): string {
  return secretLinkToText({ secret, name: basename(directory), hosts })
}

/** The link, with `qr` below a code that holds it. */
export function linkToText(link: string, { qr = false }: ShareOptions): string {
  return qr ? [...qrToBlocks(link), link].join('\n') : link
}
