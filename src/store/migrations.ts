/**
 * The schema's versions, oldest first. A database's `user_version` is the number of migrations it has been through; each
 * runs once, together with the count, in a transaction of its own.
 */
import type { Database } from 'better-sqlite3'
import { SyncError } from '../core/errors.ts'
import { firstSchema } from './schema/0001-first.ts'
import { orderSchema } from './schema/0002-order.ts'
import { inodeSchema } from './schema/0003-inode.ts'
import { statementSchema } from './schema/0004-statements.ts'
import { rotationSchema } from './schema/0005-rotations.ts'
import { predecessorSchema } from './schema/0006-predecessors.ts'
import { problemDataSchema } from './schema/0007-problem-data.ts'
import { damageSchema } from './schema/0008-damage.ts'

export const migrations: readonly string[] = [
  firstSchema,
  orderSchema,
  inodeSchema,
  statementSchema,
  rotationSchema,
  predecessorSchema,
  problemDataSchema,
  damageSchema,
]

/** Throws `database-newer` when the database knows more migrations than we do. Changes nothing. */
export function refuseNewer(database: Database, file: string, steps: readonly string[]): void {
  if (versionOf(database) > steps.length) throw new SyncError('database-newer', { file })
}

/** Brings a database up to date. */
export function migrate(database: Database, steps: readonly string[]): void {
  for (const [index, step] of steps.entries()) {
    if (index < versionOf(database)) continue
    database.transaction(() => {
      database.exec(step)
      database.pragma(`user_version = ${index + 1}`)
    })()
  }
}

/** How many migrations a database has been through. */
export function versionOf(database: Database): number {
  return database.pragma('user_version', { simple: true }) as number
}
