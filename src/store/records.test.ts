import { expect, test } from 'vitest'
import type { RelPath } from '../core/path.ts'
import { recordOf, storeOptions, versionOf } from '../testing/store-values.ts'
import { openFolderStore } from './open-folder-store.ts'

test('I11 a record that was undone is forgotten, also when another one gets its number', () => {
  using store = openFolderStore(':memory:', storeOptions)
  const [path, other] = ['a', 'b'] as RelPath[]
  const undone = versionOf('a', { sizeBytes: 1 })
  const kept = versionOf('b', { sizeBytes: 2 })
  const failing = () =>
    store.transaction(() => {
      store.addRecord(recordOf(undone))
      store.setWinner(path!, undone.id, [])
      expect(store.state(path!)?.winner).toEqual(undone)
      throw new Error('undone')
    })
  expect(failing).toThrow('undone')
  expect(store.lastSequence()).toBe(0)
  // Agreed to without being in the index, which takes a number as well.
  store.adopt(other!, kept, undefined)
  expect(store.lastSequence()).toBe(1)
  expect([store.state(path!), store.state(other!)?.agreed]).toEqual([undefined, kept])
})

test('I14 more versions than are kept in memory are read as they were written', () => {
  using store = openFolderStore(':memory:', storeOptions)
  const versions = Array.from({ length: 1500 }, (_, at) => versionOf(`file ${at}`, { sizeBytes: at }))
  store.transaction(() => {
    for (const version of versions) {
      store.addRecord(recordOf(version))
      store.setWinner(version.path, version.id, [])
    }
  })
  for (const version of [...versions, ...versions.toReversed()])
    expect(store.state(version.path)?.winner).toEqual(version)
})
