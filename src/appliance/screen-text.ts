/** What the screen at the box shows, as lines of text: how to get to the web interface, how the device does, and what is wrong. Pure. */
import { qrToBlocks } from '../core/qr-code.ts'

export interface ScreenFacts {
  readonly name: string
  /** Where the web interface is, its numbers first; none without a network. */
  readonly addresses: readonly string[]
  readonly scheme: 'http' | 'https'
  readonly port: number
  /** It is not switched off. */
  readonly hasWeb: boolean
  /** Nothing can be opened yet. */
  readonly isStarting: boolean
  readonly isSetUp: boolean
  /** The name in the local network that was meant, like `pi`. */
  readonly wantedName: string
  /** The name it has there; undefined where nobody tells. */
  readonly publishedName: string | undefined
  /** How the device does, as a sentence. */
  readonly state: string
  /** What was not understood in the file of presets. */
  readonly presetMistakes: readonly string[]
}

/** The smallest text screen there is. */
const columns = 80
const rows = 24
const gap = 3

export function screenText(facts: ScreenFacts): string {
  const urls = urlsOf(facts)
  const code = urls.code === undefined ? [] : qrToBlocks(urls.code)
  const codeWidth = code.length === 0 ? 0 : code[0]!.length + gap
  const width = columns - 2 - codeWidth
  const lines = paragraphs(facts, urls.shown).flatMap((text) =>
    text === '' ? [''] : wrap(printable(text), width),
  )
  const shown = lines.length > rows ? [...lines.slice(0, rows - 1), '…'] : lines
  const height = Math.max(code.length, shown.length)
  const blank = ' '.repeat(Math.max(0, codeWidth - gap))
  return Array.from({ length: height }, (_, at) =>
    `${code.length === 0 ? '' : (code[at] ?? blank) + ' '.repeat(gap)}${shown[at] ?? ''}`.trimEnd(),
  ).join('\n')
}

/** What remains to be read when the daemon has ended. */
export function goodbyeText(name: string): string {
  return printable(`${name}: Berrysync has ended. It is not syncing now.`)
}

/** What is called otherwise than was meant, because another one in the network has the name. */
function collision({
  wantedName,
  publishedName,
}: Pick<ScreenFacts, 'wantedName' | 'publishedName'>): string | undefined {
  if (publishedName === undefined || publishedName.toLowerCase() === wantedName.toLowerCase())
    return undefined
  return `Another device in this network is called ${wantedName}.local, so this one is ${publishedName}.local.`
}

function urlsOf({ addresses, scheme, port, hasWeb, isStarting, wantedName, publishedName }: ScreenFacts) {
  if (!hasWeb || isStarting || addresses.length === 0) return { shown: [], code: undefined }
  const usual = scheme === 'http' ? 80 : 443
  const urlOf = (host: string) => `${scheme}://${host}${port === usual ? '' : `:${port}`}`
  // Not every phone knows names that end in .local.
  return {
    shown: [urlOf(`${publishedName ?? wantedName}.local`), ...addresses.map(urlOf)],
    code: urlOf(addresses[0]!),
  }
}

function paragraphs(facts: ScreenFacts, urls: readonly string[]): string[] {
  const { name, state, presetMistakes } = facts
  const isAlike = collision(facts)
  return [
    name,
    ...(facts.isStarting ? [] : ['', ...wayIn(facts, urls)]),
    ...(isAlike === undefined ? [] : ['', isAlike]),
    '',
    state,
    ...(presetMistakes.length === 0 ? [] : ['', 'Not understood in berrysync.txt:', ...presetMistakes]),
  ]
}

function wayIn({ hasWeb, isSetUp, addresses }: ScreenFacts, urls: readonly string[]): string[] {
  if (!hasWeb) return ['The web interface is switched off.']
  if (addresses.length === 0) return ['There is no network yet. Plug in a network cable.']
  return [isSetUp ? 'Open in a browser:' : 'Open in a browser, to choose a password:', ...urls]
}

/** At spaces where there are any. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let rest = text
  while (rest.length > width) {
    const at = rest.lastIndexOf(' ', width)
    const end = at > 0 ? at : width
    lines.push(rest.slice(0, end))
    rest = rest.slice(end).trimStart()
  }
  return [...lines, rest]
}

/** Others may have a say in names; none may steer the screen. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
}
