import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadIdentity } from './identity.ts'

let home: string
let file: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'berrysync-identity-'))
  file = join(home, 'state', 'identity.json')
})
afterEach(() => rm(home, { recursive: true }))

test('the first start makes an identity only its owner may read, later ones find it', async () => {
  const made = await loadIdentity(file, randomBytes)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readdir(join(home, 'state'))).toEqual(['identity.json'])
  expect(await loadIdentity(file, () => expect.fail('made another one'))).toEqual(made)
  expect(made.device.id).not.toBe(made.author)
})

test('a damaged identity is told and stays as it is', async () => {
  await loadIdentity(file, randomBytes)
  const good = await readFile(file, 'utf8')
  const deviceKey = (JSON.parse(good) as { deviceKey: string }).deviceKey
  const oneBitOff = good.replace(
    deviceKey,
    `${deviceKey.slice(0, 20)}${deviceKey[20] === '0' ? '1' : '0'}${deviceKey.slice(21)}`,
  )
  for (const text of [
    '',
    '{',
    'null',
    '[]',
    good.slice(0, -40),
    good.replace('1,', '2,'),
    oneBitOff,
    good.padEnd(5000),
  ]) {
    await writeFile(file, text)
    await expect(loadIdentity(file, randomBytes)).rejects.toMatchObject({ code: 'identity-damaged' })
    expect(await readFile(file, 'utf8')).toBe(text)
  }
})

test('an identity that cannot be read is not replaced either', async () => {
  await mkdir(file, { recursive: true })
  await expect(loadIdentity(file, randomBytes)).rejects.toMatchObject({ code: 'identity-damaged' })
})
