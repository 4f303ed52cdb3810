/** The ignore patterns of a folder, read from its hidden directory. When they changed, what was ignored is decided anew. */
import { type IsIgnored, parseIgnore } from '../core/ignore.ts'
import type { FolderContext } from './folder-context.ts'
import { checkRoot } from './safety.ts'

/** Of each folder, what was parsed last: parsing costs more than reading, and the text hardly ever changes. */
const parsedByFolder = new WeakMap<FolderContext, { readonly text: string; readonly rules: IsIgnored }>()

/** Throws a halting error when the folder is not there. */
export async function readIgnoreText({ disk }: FolderContext): Promise<string> {
  return (await disk.readNote('ignore')) ?? ''
}

/** Durable when done; the next scan decides anew. Throws a halting error when the folder is not there. */
export async function writeIgnoreText(context: FolderContext, text: string): Promise<void> {
  await checkRoot(context)
  await context.disk.writeNote('ignore', text)
}

export async function loadIgnoreRules(context: FolderContext): Promise<IsIgnored> {
  const { store } = context
  const text = await readIgnoreText(context)
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
