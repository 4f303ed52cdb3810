/**
 * A folder's database as an older schema had it, with rows in every table: what fills every table today, without what that schema had no
 * column for. And what lies in a database, read without the program.
 */
import SqliteDatabase, { type Database } from 'better-sqlite3'
import type { FolderStore } from '../store/folder-store.ts'
import { migrate, migrations } from '../store/migrations.ts'
import { openFolderStore } from '../store/open-folder-store.ts'
import { fillStore } from './full-store.ts'
import { storeOptions } from './store-values.ts'

/** Every table's rows in the order of their keys, with the columns that are stored; bytes as text. */
export type Dump = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>

interface Column {
  readonly name: string
  readonly pk: number
  readonly hidden: number
}

/** Kept by triggers, from what is put into the others. */
const derived = new Set(['totals'])

/** Makes a database of that schema. With so many paths besides, so that moving them takes room. */
export function fillAtVersion(file: string, version: number, files = 0): void {
  const full = new SqliteDatabase(':memory:')
  using store = openFolderStore(':memory:', { ...storeOptions, connect: () => full })
  fillStore(store)
  const older = new SqliteDatabase(file)
  older.pragma('journal_mode = WAL')
  migrate(older, migrations.slice(0, version))
  for (const table of tablesOf(older)) {
    const common = storedColumns(full, table).filter((name) => storedColumns(older, table).includes(name))
    if (derived.has(table) || common.length === 0) continue
    const names = common.map((name) => `"${name}"`).join(', ')
    const insert = older.prepare(
      `INSERT OR REPLACE INTO ${table} (${names}) VALUES (${common.map(() => '?').join(', ')})`,
    )
    for (const row of full.prepare(`SELECT ${names} FROM ${table}`).raw().safeIntegers().all())
      insert.run(row)
  }
  if (tablesOf(older).includes('certificates'))
    older.exec("INSERT INTO certificates VALUES (x'01', x'02', 'full', x'03', x'04')")
  older.transaction(() => {
    const insert = older.prepare('INSERT INTO paths (path, here_kind, here_disk_path) VALUES (?, ?, ?)')
    for (let at = 0; at < files; at += 1) insert.run(`many/${at}`, 'file', 'a longer name for it '.repeat(20))
  })()
  older.close()
}

export function dumpOf(database: Database): Dump {
  return Object.fromEntries(
    tablesOf(database).map((table) => {
      const names = storedColumns(database, table).map((name) => `"${name}"`)
      const keys = columnsOfTable(database, table)
        .filter(({ pk }) => pk > 0)
        .sort((a, b) => a.pk - b.pk)
        .map(({ name }) => `"${name}"`)
      const order = keys.length > 0 ? keys.join(', ') : 'rowid'
      const rows = database
        .prepare(`SELECT ${names.join(', ')} FROM ${table} ORDER BY ${order}`)
        .safeIntegers()
        .all()
      return [table, rows.map((row) => plainRow(row as Record<string, unknown>))]
    }),
  )
}

/** Tables, indexes and triggers, as they were made. */
export function schemaOf(database: Database): readonly unknown[] {
  return database.prepare('SELECT type, name, tbl_name FROM sqlite_schema ORDER BY type, name').all()
}

function plainRow(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (value instanceof Uint8Array) return [name, Buffer.from(value).toString('hex')]
      return [name, typeof value === 'bigint' ? String(value) : value]
    }),
  )
}

function tablesOf(database: Database): string[] {
  return database
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .pluck()
    .all()
}

function columnsOfTable(database: Database, table: string): Column[] {
  return database.pragma(`table_xinfo(${table})`) as Column[]
}

/** Without those that are computed. */
function storedColumns(database: Database, table: string): string[] {
  return columnsOfTable(database, table)
    .filter(({ hidden }) => hidden === 0)
    .map(({ name }) => name)
}

/** Schemas there were so far. */
export const schemaCount = migrations.length

/** Opens it as the program does, which brings it up to date. Throws what that throws, and for one that is taken for damaged. */
export function openAsToday(file: string): FolderStore {
  const onDamage = (error: Error): never => {
    throw error
  }
  return openFolderStore(file, { ...storeOptions, onDamage })
}
