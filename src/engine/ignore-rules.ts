/** The ignore patterns of a folder, read from its hidden directory. When they changed, what was ignored is decided anew. */
import { type IsIgnored, parseIgnore } from '../core/ignore.ts'
import type { FolderContext } from './folder-context.ts'

/** Parsing costs more than reading, and the text hardly ever changes. */
let lastParsed: { readonly text: string; readonly rules: IsIgnored } | undefined

export async function loadIgnoreRules({ disk, store }: FolderContext): Promise<IsIgnored> {
  const text = (await disk.readNote('ignore')) ?? ''
  if (store.fact('ignore') !== text) {
    store.transaction(() => {
      store.clearIgnored()
      store.setFact('ignore', text)
    })
  }
  if (lastParsed?.text !== text) lastParsed = { text, rules: parseIgnore(text) }
  return lastParsed.rules
}
