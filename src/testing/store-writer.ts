/**
 * A process of its own that writes to a store until it is killed: `store-writer.ts FILE [KILL-AT]`. Prints a line with the number of each
 * batch once it is durable. With KILL-AT it kills itself in the middle of that batch.
 */
import { openFolderStore } from '../store/open-folder-store.ts'
import { hereOf, recordOf, storeOptions, versionOf, writerOf } from './store-values.ts'

export const batchFiles = 20

const [, , file, killAt] = process.argv

if (file !== undefined && import.meta.main) {
  using store = openFolderStore(file, storeOptions)
  for (let batch = 0; ; batch += 1) {
    store.transaction(() => {
      const first = store.takeCounters(writerOf('a'), batchFiles)
      for (let number = 0; number < batchFiles; number += 1) {
        if (batch === Number(killAt) && number === batchFiles / 2) process.kill(process.pid, 'SIGKILL')
        const version = versionOf(`batch ${batch}/file ${number}`, {
          vector: new Map([[writerOf('a'), first + number]]),
        })
        store.addRecord(recordOf(version))
        store.setWinner(version.path, version.id, [])
        store.adopt(version.path, version.id, hereOf(version))
      }
      store.setFact('batches', String(batch + 1))
    })
    process.stdout.write(`${batch}\n`)
  }
}
