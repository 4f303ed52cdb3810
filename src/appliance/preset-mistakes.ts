/** What was not understood in `berrysync.txt` at this start, as sentences: the helper wrote it down by code, line and key. */
import { readFile } from 'node:fs/promises'

/** Nobody reads more on a screen. */
const maxMistakes = 20
const maxCharacters = 300

interface Mistake {
  readonly code: string
  /** 0 for the whole file. */
  readonly line: number
  readonly key: string | null
  /** Goes on after a colon; empty when the code says it all. */
  readonly reason: string
}

/** None where nothing was written down. */
export async function readPresetMistakes(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return mistakesOf(text)
}

export function mistakesOf(text: string): readonly string[] {
  try {
    const { mistakes } = JSON.parse(text) as { readonly mistakes?: unknown }
    if (!Array.isArray(mistakes)) return []
    return mistakes
      .filter(isMistake)
      .slice(0, maxMistakes)
      .map((mistake) => sentenceOf(mistake).slice(0, maxCharacters))
  } catch {
    return []
  }
}

function isMistake(json: unknown): json is Mistake {
  const { code, line, key, reason } = Object(json) as Record<string, unknown>
  return (
    typeof code === 'string' &&
    typeof line === 'number' &&
    (key === null || typeof key === 'string') &&
    typeof reason === 'string'
  )
}

function sentenceOf({ code, line, key, reason }: Mistake): string {
  const place = line === 0 ? 'the file' : `line ${line}`
  switch (code) {
    case 'not-understood':
      return `${place} is not written like "name = value".`
    case 'key-unknown':
      return `${place}: there is no "${key}".`
    case 'said-twice':
      return `${place}: "${key}" stands there twice; the first counts.`
    case 'imager-customisation':
      return 'What was set in Raspberry Pi Imager does not work here. Write it into berrysync.txt.'
    case 'folders-not-taken':
      return 'The folders in it could not be added. Add them in the web interface.'
    default:
      return `${place}${key === null ? '' : `, "${key}"`}${reason === '' ? ' cannot be used' : `: ${reason}`}.`
  }
}
