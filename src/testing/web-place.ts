/** A device with a web interface and a password, and a person who sits down at it in a browser. */
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { expect } from 'vitest'
import type { Look, TestBrowser, TestPage } from './browser.ts'
import { type Daemon, programPath, runBerrysync } from './daemon.ts'
import { type Place, startPlace } from './place.ts'

export const webPassword = 'nine podcast folders'

/** Folders may be chosen beside `place.directory`. */
export async function startWebPlace(
  root: string,
  name: string,
  stack: AsyncDisposableStack,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Place> {
  const roots = [join(root, name)]
  const place = await startPlace(root, name, stack, [programPath], { roots, ...settings }, '127.0.0.1:0')
  await givePassword(place.home)
  return place
}

/** Whoever sits down at the device knows it. */
export async function givePassword(home: string): Promise<void> {
  const { status, err } = await runBerrysync(['password', '--home', home], `${webPassword}\n`)
  if (status !== 0) throw new Error(err)
}

/** A browser of its own that is logged in; it still has to open a page. */
export async function sitDown(
  browser: TestBrowser,
  { daemon }: { readonly daemon: Daemon },
  look: Look,
): Promise<TestPage> {
  const person = await browser.open(daemon.web, look)
  const answer = await person.page.request.post('/api/access/log-in', {
    data: { password: webPassword },
    headers: { origin: daemon.web },
  })
  if (!answer.ok()) throw new Error(await answer.text())
  return person
}

/** Minutes pass: whoever is logged in has to give the password again for what asks for it. */
export function forgetConfirmations({ home }: Place): void {
  const database = new SqliteDatabase(join(home, 'device.db'), { fileMustExist: true })
  database.prepare('UPDATE sessions SET confirmed_until_ms = 0').run()
  database.close()
}

/** A page as it is now keeps nobody out. `name` stands in what is said where it does. */
export async function expectOpenToAll(person: TestPage, name: string): Promise<void> {
  expect(await person.findBarriers(), name).toEqual([])
}

/** As `expectOpenToAll`, and the page is kept as a picture. */
export async function examine(person: TestPage, name: string): Promise<void> {
  await expectOpenToAll(person, name)
  await person.picture(name)
}
