/** The texts of the web interface, as the page would say them: a test finds a button by what a reader sees, in either language. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle'

export type Say = (key: string, args?: Readonly<Record<string, FluentVariable>>) => string

/** Throws for a key that is none, and where something to fill it with is missing. */
export function readUiTexts(language: 'en' | 'ru'): Say {
  const directory = fileURLToPath(new URL(`../../ui/text/${language}/`, import.meta.url))
  const bundle = new FluentBundle(language, {
    useIsolating: false,
    functions: { BYTES: ([value]) => String(value) },
  })
  for (const name of readdirSync(directory)) {
    bundle.addResource(new FluentResource(readFileSync(directory + name, 'utf8')))
  }
  return (key, args) => {
    const pattern = bundle.getMessage(key)?.value
    if (!pattern) throw new Error(`there is no text "${key}" in ${language}`)
    const faults: Error[] = []
    const text = bundle.formatPattern(pattern, args ?? {}, faults)
    if (faults.length > 0) throw faults[0]
    return text
  }
}
