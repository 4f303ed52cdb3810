/** A process of its own that opens a folder's database, and so brings it up to date, until it is killed: `store-opener.ts FILE`. */
import { openFolderStore } from '../store/open-folder-store.ts'
import { storeOptions } from './store-values.ts'

const [, , file] = process.argv

if (file !== undefined && import.meta.main) {
  using _store = openFolderStore(file, storeOptions)
}
