import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { expect, test } from 'vitest'
import type { Session, Token } from '../core/access.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { openDeviceStore } from './open-device-store.ts'

const hash = (of: number) => Buffer.alloc(32, of)
const session = (id: string, lastUsedMs = 5): Session => ({
  ...{ id, createdMs: 1, lastUsedMs, address: '192.0.2.1', agent: 'a browser', confirmedUntilMs: 0 },
})
const token = (id: string, createdMs = 1): Token => ({
  ...{ id, name: 'a program', scope: 'read', createdMs, expiresMs: undefined, lastUsedMs: undefined },
})

function unexpected(error: Error): void {
  throw error
}

test('sessions and tokens are found by their hash, also after a restart, and the file holds no more', async () => {
  await using root = await makeTempDirectory()
  const file = join(root.path, 'device.db')
  const first = openDeviceStore(file, unexpected)
  first.addSession(hash(1), session('a', 5))
  first.addSession(hash(2), session('b', 7))
  first.addToken(hash(3), { ...token('t', 2), expiresMs: 9 })
  first.addToken(hash(4), token('u', 1))
  first[Symbol.dispose]()
  expect(statSync(file).mode & 0o777).toBe(0o600)

  using store = openDeviceStore(file, unexpected)
  expect(store.session(hash(1))).toEqual(session('a', 5))
  expect(store.session(hash(3))).toBeUndefined()
  expect(store.sessions().map(({ id }) => id)).toEqual(['b', 'a'])
  expect(store.token(hash(3))).toEqual({ ...token('t', 2), expiresMs: 9 })
  expect(store.tokens().map(({ id }) => id)).toEqual(['u', 't'])

  store.noteSessionUse('a', 8)
  store.confirmSession('a', 99)
  store.noteTokenUse('t', 6)
  expect(store.session(hash(1))).toMatchObject({ lastUsedMs: 8, confirmedUntilMs: 99 })
  expect(store.token(hash(3))).toMatchObject({ lastUsedMs: 6 })
  expect([store.removeToken('t'), store.removeToken('t')]).toEqual([true, false])
  expect(store.token(hash(3))).toBeUndefined()
})

test('all sessions but one can be ended, or all', () => {
  using store = openDeviceStore(':memory:', unexpected)
  for (const [at, id] of ['a', 'b', 'c'].entries()) store.addSession(hash(at), session(id))
  expect([...store.removeSessionsExcept('b')].sort()).toEqual(['a', 'c'])
  expect(store.sessions().map(({ id }) => id)).toEqual(['b'])
  expect(store.removeSessionsExcept(undefined)).toEqual(['b'])
})

test.each(['0', '-1'])(
  'a database whose tables are not those of its version %s is made anew',
  async (version) => {
    await using root = await makeTempDirectory()
    const file = join(root.path, 'device.db')
    openDeviceStore(file, unexpected)[Symbol.dispose]()
    const database = new SqliteDatabase(file)
    database.pragma(`user_version = ${version}`)
    database.close()
    const told: string[] = []
    using store = openDeviceStore(file, ({ code }) => told.push(code))
    store.addSession(hash(1), session('a'))
    expect([told, store.sessions().length]).toEqual([['database-damaged'], 1])
    expect(readdirSync(root.path)).toContain('device.db.damaged-1')
  },
)

test('traffic adds up by hour, and is forgotten after a month', () => {
  using store = openDeviceStore(':memory:', unexpected)
  store.addTraffic(100, 1, 2)
  store.addTraffic(100, 10, 20)
  store.addTraffic(101, 5, 5)
  expect(store.trafficSince(100)).toEqual([
    { hour: 100, received: 11, sent: 22 },
    { hour: 101, received: 5, sent: 5 },
  ])
  expect(store.trafficSince(101)).toHaveLength(1)
  store.addTraffic(100 + 31 * 24, 1, 1)
  expect(store.trafficSince(0).map(({ hour }) => hour)).toEqual([101, 100 + 31 * 24])
})

test('a damaged database is moved aside and made anew', async () => {
  await using root = await makeTempDirectory()
  const file = join(root.path, 'device.db')
  writeFileSync(file, 'nothing that SQLite wrote, and long enough to be looked at as a database'.repeat(20))
  const damages: string[] = []
  using store = openDeviceStore(file, ({ code }) => damages.push(code))
  expect(damages).toEqual(['database-damaged'])
  expect(store.sessions()).toEqual([])
  expect(readdirSync(root.path)).toContain('device.db.damaged-1')
})

test('one that turns out to be damaged while it is used is replaced on the spot', async () => {
  await using root = await makeTempDirectory()
  const file = join(root.path, 'device.db')
  const first = openDeviceStore(file, unexpected)
  // More than SQLite keeps in memory.
  for (let at = 0; at < 25; at += 1)
    first.addSession(hash(at), { ...session(`s${at}`), agent: 'x'.repeat(200_000) })
  first[Symbol.dispose]()
  const damages: string[] = []
  using store = openDeviceStore(file, ({ code }) => damages.push(code))
  const bytes = readFileSync(file)
  writeFileSync(file, bytes.fill(0xa5, 5 * 4096))
  expect(store.sessions()).toHaveLength(0)
  expect(damages).toEqual(['database-damaged'])
  store.addSession(hash(1), session('new'))
  expect(store.session(hash(1))).toEqual(session('new'))
})

test('A9: one of a newer release is moved aside and made anew, so that the device starts', async () => {
  await using root = await makeTempDirectory()
  const file = join(root.path, 'device.db')
  const database = new SqliteDatabase(file)
  database.pragma('user_version = 99')
  database.close()
  const told: string[] = []
  using store = openDeviceStore(file, ({ code }) => told.push(code))
  expect(told).toEqual(['database-damaged'])
  expect(store.sessions()).toEqual([])
  const aside = new SqliteDatabase(`${file}.damaged-1`, { readonly: true })
  expect(aside.pragma('user_version', { simple: true })).toBe(99)
  aside.close()
})
