/** The ignore patterns of a folder, read from its hidden directory. When they changed, what was ignored is decided anew. */
import { type IsIgnored, parseIgnore } from '../core/ignore.ts'
import type { FolderContext } from './folder-context.ts'

export async function loadIgnoreRules({ disk, store }: FolderContext): Promise<IsIgnored> {
  const text = (await disk.readNote('ignore')) ?? ''
  if (store.fact('ignore') !== text) {
    store.transaction(() => {
      store.clearIgnored()
      store.setFact('ignore', text)
    })
  }
  return parseIgnore(text)
}
