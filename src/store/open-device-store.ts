/**
 * Opens `device.db`: what the device itself remembers besides its configuration. A damaged one is moved aside and made anew, also
 * while it is in use; that costs log-ins, tokens and the traffic of the last month, never the password or a folder. So is one of a newer release:
 * whoever rolls back needs the device to start, and an old copy would let in again who was logged out since.
 */
import type { Database } from 'better-sqlite3'
import type { AccessStore } from '../core/access.ts'
import { isSyncError, type SyncError } from '../core/errors.ts'
import { moveAside, openDatabase } from './database.ts'
import { createDeviceAccess } from './device-access.ts'
import { deviceMigrations } from './device-schema.ts'
import { createDeviceTraffic, type DeviceTraffic } from './device-traffic.ts'
import { isDamage, isOfOtherSchema, sqliteReason, unusableError } from './failures.ts'

interface Tables extends AccessStore, DeviceTraffic {
  /** Whether it would take a change now; throws when not. Writes nothing: a memory card wears. */
  checkChange(): void
}

export interface DeviceStore extends Tables, Disposable {}

interface Opened {
  readonly database: Database
  readonly tables: Tables
}

/** Throws `database-unusable`, and so may every call. `onDamage` hears of each time it was made anew. */
export function openDeviceStore(file: string, onDamage: (error: SyncError) => void): DeviceStore {
  let opened = openAnew()

  function open(): Opened {
    const options = { migrations: deviceMigrations, onDamage, keepsCopies: false }
    return openDatabase(file, options, (database) => ({
      database,
      tables: {
        ...createDeviceAccess(database),
        ...createDeviceTraffic(database),
        checkChange: () => void database.exec('BEGIN IMMEDIATE; ROLLBACK'),
      },
    }))
  }

  function openAnew(): Opened {
    try {
      return open()
    } catch (error) {
      // A schema that is not the one its version stands for is damage of a kind that no look at its pages shows.
      if (isSyncError(error) ? error.code !== 'database-newer' : !isOfOtherSchema(error)) throw error
      const told = moveAside(file, isSyncError(error) ? 'it is of a newer release' : sqliteReason(error))
      if (told.code !== 'database-damaged') throw told
      onDamage(told)
      return open()
    }
  }

  function renew(damage: unknown): void {
    opened.database.close()
    const told = moveAside(file, sqliteReason(damage))
    if (told.code !== 'database-damaged') throw told
    onDamage(told)
    opened = open()
  }

  function call<T>(use: () => T): T {
    try {
      return use()
    } catch (thrown) {
      if (!isDamage(thrown)) throw unusableError(thrown, file) ?? thrown
      renew(thrown)
      return use()
    }
  }

  const calls = Object.keys(opened.tables).map((name) => [
    name,
    (...args: readonly unknown[]) =>
      call(() =>
        (opened.tables[name as keyof Opened['tables']] as (...args: readonly unknown[]) => unknown)(...args),
      ),
  ])
  return {
    ...(Object.fromEntries(calls) as Opened['tables']),
    [Symbol.dispose]: () => opened.database.close(),
  }
}
