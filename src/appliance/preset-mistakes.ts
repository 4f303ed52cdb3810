/** What the helper did not understand in `berrysync.txt` at this start, in words for the status screen. */
import { readFile } from 'node:fs/promises'
import { Value } from 'typebox/value'
import { type PresetMistake, PresetReportSchema } from './preset-report.ts'

/** Nobody reads more on a screen. */
const maxMistakes = 20
const maxCharacters = 300

const words: Readonly<Record<PresetMistake['code'], string>> = {
  'not-understood': 'it is not of the form key = value',
  'key-unknown': 'there is no such key',
  'value-invalid': 'this value is not possible',
  'said-twice': 'it was said before; the first counts',
  incomplete: 'something else has to be said, too',
  unreadable: 'it cannot be read',
  'imager-customisation': 'what Raspberry Pi Imager wanted to set is for another system, and was left out',
  'folders-not-taken': 'the folders in it were not added',
}

/** None where nothing was written down, or nothing that can be understood. */
export async function readPresetMistakes(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => 'null')
  return mistakesOf(text)
}

/** A sentence a mistake, of what is a report. */
export function mistakesOf(text: string): readonly string[] {
  let report: unknown
  try {
    report = JSON.parse(text)
  } catch {
    return []
  }
  if (!Value.Check(PresetReportSchema, report)) return []
  return report.mistakes.slice(0, maxMistakes).map((mistake) => toSentence(mistake).slice(0, maxCharacters))
}

function toSentence({ code, line, key, reason }: PresetMistake): string {
  const place = line === 0 ? 'the file' : `line ${line}`
  const what = key === null ? place : `${place}, ${key}`
  return `${what}: ${words[code]}${reason === '' ? '' : `: ${reason}`}`
}
