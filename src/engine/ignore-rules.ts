/** The ignore patterns of a folder, read from its hidden directory. When they changed, what was ignored is decided anew. */
import { type IsIgnored, parseIgnore } from '../core/ignore.ts'
import type { FolderContext } from './folder-context.ts'

/** Of each folder, what was parsed last: parsing costs more than reading, and the text hardly ever changes. */
const parsedByFolder = new WeakMap<FolderContext, { readonly text: string; readonly rules: IsIgnored }>()

export async function loadIgnoreRules(context: FolderContext): Promise<IsIgnored> {
  const { disk, store } = context
  const text = (await disk.readNote('ignore')) ?? ''
  if (store.fact('ignore') !== text) {
    store.transaction(() => {
      store.clearIgnored()
      store.setFact('ignore', text)
    })
  }
  const known = parsedByFolder.get(context)
  if (known?.text === text) return known.rules
  const rules = parseIgnore(text)
  parsedByFolder.set(context, { text, rules })
  return rules
}
