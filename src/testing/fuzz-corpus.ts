/**
 * Inputs worth keeping: one file a target, `fuzz-corpus/NAME.txt`, each line an input in Base64. A line that begins with # says what the
 * next input once found; such an input is never dropped.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface KeptInput {
  readonly input: Buffer
  /** What it found; undefined for one that merely reaches much. */
  readonly found: string | undefined
}

const fileOf = (name: string): string => fileURLToPath(new URL(`./fuzz-corpus/${name}.txt`, import.meta.url))

/** Nothing for a target that has no file yet. */
export function readCorpus(name: string): readonly KeptInput[] {
  let text: string
  try {
    text = readFileSync(fileOf(name), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  const kept: KeptInput[] = []
  let found: string | undefined
  for (const line of text.split('\n').slice(0, -1)) {
    if (line.startsWith('# ')) found = line.slice(2)
    else {
      kept.push({ input: Buffer.from(line, 'base64'), found })
      found = undefined
    }
  }
  return kept
}

export function writeCorpus(name: string, kept: readonly KeptInput[]): void {
  const lines = kept.map(
    ({ input, found }) => `${found === undefined ? '' : `# ${found}\n`}${input.toString('base64')}\n`,
  )
  writeFileSync(fileOf(name), lines.join(''))
}
