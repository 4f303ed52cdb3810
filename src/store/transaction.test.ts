import SqliteDatabase from 'better-sqlite3'
import { expect, expectTypeOf, test } from 'vitest'
import { isSyncError } from '../core/errors.ts'
import { storeOptions } from '../testing/store-values.ts'
import { openFolderStore } from './open-folder-store.ts'
import { createTransactions } from './transaction.ts'

test('a throw undoes everything and comes out as it is', () => {
  using store = openFolderStore(':memory:', storeOptions)
  store.setFact('kept', 'before')
  const thrown = new RangeError('no')
  const failing = () =>
    store.transaction(() => {
      store.setFact('kept', 'after')
      store.setFact('new', 'x')
      throw thrown
    })
  expect(failing).toThrow(thrown)
  expect(store.fact('kept')).toBe('before')
  expect(store.fact('new')).toBeUndefined()
})

test('a nested throw that is caught undoes the nested part only', () => {
  using store = openFolderStore(':memory:', storeOptions)
  const result = store.transaction(() => {
    store.setFact('outer', 'x')
    const failing = () =>
      store.transaction(() => {
        store.setFact('inner', 'x')
        store.transaction(() => store.setFact('innermost', 'x'))
        throw new Error('inner')
      })
    expect(failing).toThrow('inner')
    store.transaction(() => store.setFact('second', 'x'))
    return 7
  })
  expect(result).toBe(7)
  const facts = ['outer', 'inner', 'innermost', 'second'].map((name) => store.fact(name))
  expect(facts).toEqual(['x', undefined, undefined, 'x'])
})

test('a nested transaction goes with the outer one', () => {
  using store = openFolderStore(':memory:', storeOptions)
  const failing = () =>
    store.transaction(() => {
      store.transaction(() => store.setFact('inner', 'x'))
      throw new Error('outer')
    })
  expect(failing).toThrow('outer')
  expect(store.fact('inner')).toBeUndefined()
})

test('a promise is refused by the type and undone at run time', () => {
  using store = openFolderStore(':memory:', storeOptions)
  type Work<T> = ReturnType<Parameters<typeof store.transaction<T>>[0]>
  expectTypeOf<Work<Promise<number>>>().toBeNever()
  expectTypeOf<Work<number>>().toEqualTypeOf<number>()

  const work = (async () => store.setFact('new', 'x')) as unknown as () => never
  expect(() => store.transaction(work)).toThrow('promise')
  expect(store.fact('new')).toBeUndefined()
})

test('nothing is written past a transaction that the database gave up', () => {
  using database = disposable(new SqliteDatabase(':memory:'))
  database.exec('CREATE TABLE t (x)')
  const transactions = createTransactions(database, 'folder.db')
  const codes: unknown[] = []
  const failing = () =>
    transactions.transaction(() => {
      database.exec('ROLLBACK')
      codes.push(codeOf(transactions.refuseLost))
    })
  codes.push(codeOf(failing))
  expect(codes).toEqual(['database-unusable', 'database-unusable'])
  expect(transactions.transaction(() => database.prepare('INSERT INTO t VALUES (1)').run().changes)).toBe(1)
})

function codeOf(call: () => void): string | undefined {
  try {
    call()
    return undefined
  } catch (thrown) {
    return isSyncError(thrown) ? thrown.code : String(thrown)
  }
}

function disposable(database: SqliteDatabase.Database): SqliteDatabase.Database & Disposable {
  return Object.assign(database, { [Symbol.dispose]: () => database.close() })
}
