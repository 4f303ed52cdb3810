/** What the helper did not understand in `berrysync.txt`, as it wrote it down at this start. */
import { readFile } from 'node:fs/promises'

/** Nobody reads more on a screen. */
const maxMistakes = 20
const maxCharacters = 300

/** None where nothing was written down. */
export async function readPresetMistakes(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return mistakesOf(text)
}

/** `{"mistakes":["…"]}` */
export function mistakesOf(text: string): readonly string[] {
  try {
    const { mistakes } = JSON.parse(text) as { readonly mistakes?: unknown }
    if (!Array.isArray(mistakes)) return []
    return mistakes
      .filter((mistake) => typeof mistake === 'string')
      .slice(0, maxMistakes)
      .map((mistake) => mistake.slice(0, maxCharacters))
  } catch {
    return []
  }
}
