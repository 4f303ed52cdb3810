import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type FolderEntry, openConfig, readEnvironment, readSetup } from './config.ts'
import {
  folderKeys,
  generateFullSecret,
  generateOneTimeSecret,
  guestPass,
  readSecretOf,
  secretToText,
} from './core/secret.ts'
import { type Certificate, type SignedStatement, signStatement } from './core/statement.ts'
import { deviceSettingTable } from './setting-table.ts'
import { makeTempDirectory } from './testing/temp-directory.ts'
import { unprovenCertificates } from './testing/version-arbitraries.ts'
import { encodeStatement } from './wire/statement-body.ts'

const table = deviceSettingTable('host', '/home/somebody')
const full = generateFullSecret((count) => Buffer.alloc(count, 7))
const fullText = secretToText(full)
const oneTime = generateOneTimeSecret((count) => Buffer.alloc(count, 7))

function textOf(secret: FolderEntry['secret']): string {
  return secret.kind === 'guest' ? 'a pass' : secretToText(secret)
}

test('the state lies where systemd says, else where XDG says, else in the home directory', () => {
  expect(readEnvironment({ STATE_DIRECTORY: '/var/lib/b:/x', XDG_STATE_HOME: '/s' }).defaultHome).toBe(
    '/var/lib/b',
  )
  expect(readEnvironment({ XDG_STATE_HOME: '/s' }).defaultHome).toBe('/s/berrysync')
  expect(readEnvironment({ XDG_STATE_HOME: 'relative' }).defaultHome).toMatch(/\/\.local\/state\/berrysync$/)
  expect(readEnvironment({ BERRYSYNC_LOG: 'debug' }).logLevel).toBe('debug')
})

test('what is set outlives the daemon, private to its owner, and defaults are not written down', async () => {
  await using home = await makeTempDirectory()
  const config = await openConfig(home.path, table)
  expect(config.current()).toEqual({ device: {}, folders: [] })
  await config.change(() => ({
    device: { name: 'studio' },
    folders: [
      { path: '/a', secret: full, set: { paused: true, hosts: ['h.example:1'] } },
      { path: '/b', secret: readSecretOf(full), set: {} },
    ],
  }))
  const file = join(home.path, 'config.json')
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
    name: 'studio',
    folders: [
      { path: '/a', secret: fullText, paused: true, hosts: ['h.example:1'] },
      { path: '/b', secret: secretToText(readSecretOf(full)) },
    ],
  })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readdir(home.path)).toEqual(['config.json'])

  const again = (await openConfig(home.path, table)).current()
  expect(again.device).toEqual({ name: 'studio' })
  expect(again.folders.map(({ path, secret, set }) => [path, textOf(secret), set])).toEqual([
    ['/a', fullText, { paused: true, hosts: ['h.example:1'] }],
    ['/b', secretToText(readSecretOf(full)), {}],
  ])
})

test('R9 what opened a folder before its secret was changed is kept, a pass as well', async () => {
  await using home = await makeTempDirectory()
  const config = await openConfig(home.path, table)
  const before = generateFullSecret((count) => Buffer.alloc(count, 8))
  const { signAsWriter, folderId, readKey, writerPublicKey } = folderKeys(before)
  const [{ statement }] = fc.sample(unprovenCertificates, 1) as [SignedStatement<Certificate>]
  const certificate = signStatement(statement, encodeStatement(statement), folderId, signAsWriter!)
  const pass = guestPass(readKey.reveal(), writerPublicKey, certificate)
  await config.change((all) => ({
    ...all,
    folders: [{ path: '/a', secret: full, former: [readSecretOf(before), pass], set: {} }],
  }))
  const [entry] = (await openConfig(home.path, table)).current().folders
  expect(entry!.former!.map((each) => [each.kind, folderKeys(each).folderId])).toEqual([
    ['read-only', folderId],
    ['guest', folderId],
  ])
  const file = join(home.path, 'config.json')
  for (const former of ['{}', '[{}]', '[7]', `[{ "secret": "${secretToText(oneTime)}" }]`]) {
    await writeFile(file, `{ "folders": [{ "path": "/a", "secret": "${fullText}", "former": ${former} }] }`)
    await expect(openConfig(home.path, table)).rejects.toMatchObject({ code: 'config-damaged' })
  }
})

test('I9: a configuration prints without its secrets', async () => {
  await using home = await makeTempDirectory()
  const config = await openConfig(home.path, table)
  await config.change((before) => ({ ...before, folders: [{ path: '/a', secret: full, set: {} }] }))
  expect(JSON.stringify(config.current())).not.toContain(fullText.slice(0, 12))
})

test('changes at the same time all arrive', async () => {
  await using home = await makeTempDirectory()
  const config = await openConfig(home.path, table)
  const paths = Array.from({ length: 20 }, (_, at) => `/folder-${at}`)
  await Promise.all(
    paths.map((path) =>
      config.change((before) => ({
        ...before,
        folders: [...before.folders, { path, secret: full, set: {} }],
      })),
    ),
  )
  const again = (await openConfig(home.path, table)).current()
  expect(again.folders.map(({ path }) => path)).toEqual(paths)
})

test.each([
  ['{"name": "x"', 'it is not valid JSON'],
  [`{"folders": [{"path": "/a", "secret": "${fullText}" oops`, 'it is not valid JSON'],
  ['[]', 'the file is not an object'],
  ['{"colour": 1}', 'There is no setting "colour"'],
  ['{"name": 7}', 'valid value for name'],
  ['{"folders": {}}', '"folders" is not a list'],
  ['{"folders": [{"secret": "x"}]}', 'folders[0] has no "path"'],
  ['{"folders": [{"path": "/a", "secret": "short"}]}', 'folders[0] (/a): This secret is too short'],
  [
    `{"folders": [{"path": "/a", "secret": "${fullText}", "pause": true}]}`,
    'folders[0] (/a): There is no setting "pause"',
  ],
  [
    `{"folders": [{"path": "/a", "secret": "${fullText}"}, {"path": "/a", "secret": "${fullText}"}]}`,
    'the folder /a stands in it twice',
  ],
  ['{"folders": [{"path": "/a"}]}', 'the folder /a has no secret'],
])('a damaged configuration is told, not replaced: %s', async (text, reason) => {
  await using home = await makeTempDirectory()
  const file = join(home.path, 'config.json')
  await writeFile(file, text)
  const failure = await openConfig(home.path, table).catch((error: Error) => error)
  expect(failure).toMatchObject({ code: 'config-damaged' })
  expect((failure as Error).message).toContain(reason)
  // I9: neither the reason nor the parser's quotation of the text may show a secret.
  expect((failure as Error).message).not.toContain(fullText.slice(0, 12))
  expect(await readFile(file, 'utf8')).toBe(text)
})

test('what is kept of the password outlives the daemon; damage to it does not make it none', async () => {
  await using home = await makeTempDirectory()
  const password = {
    ...{ costExponent: 15, blockSize: 8, parallel: 3 },
    ...{ salt: Buffer.alloc(16, 1), hash: Buffer.alloc(32, 2) },
  }
  const config = await openConfig(home.path, table)
  expect(config.current().password).toBeUndefined()
  await config.change((before) => ({ ...before, password }))
  expect((await openConfig(home.path, table)).current().password).toEqual(password)
  const file = join(home.path, 'config.json')
  const text = await readFile(file, 'utf8')
  for (const damaged of ['""', 'null', '7', '"$scrypt$ln=15,r=8,p=3$AQ$Ag"', '"a password in clear"']) {
    await writeFile(file, text.replace(/"webPassword": ".*"/, `"webPassword": ${damaged}`))
    await expect(openConfig(home.path, table)).rejects.toThrow('"webPassword" is not what is kept')
  }
  // It comes from a person at the device, never along with other settings.
  await writeFile(file, text)
  await expect(readSetup(file, table)).rejects.toThrow('There is no setting "webPassword"')
})

test.each(['new', 'former', 'guest'])(
  'a file given with --config cannot hold %s, which only a device writes',
  async (name) => {
    await using directory = await makeTempDirectory()
    const file = join(directory.path, 'setup.json')
    await writeFile(file, JSON.stringify({ folders: [{ path: '/a', secret: fullText, [name]: true }] }))
    await expect(readSetup(file, table)).rejects.toThrow(`folders[0] (/a): There is no setting "${name}"`)
  },
)

test('a file given with --config: paths start at its directory, and a folder may be new', async () => {
  await using directory = await makeTempDirectory()
  const file = join(directory.path, 'setup.json')
  const setup = {
    name: 'pi',
    web: 'off',
    folders: [{ path: 'music' }, { path: '/b', secret: fullText, lan: false }],
  }
  await writeFile(file, JSON.stringify(setup))
  const read = await readSetup(file, table)
  expect(read.device).toEqual({ name: 'pi', web: 'off' })
  expect(read.folders).toMatchObject([
    { path: join(directory.path, 'music'), secret: undefined, set: {} },
    { path: '/b', set: { lan: false } },
  ])
  await expect(readSetup(join(directory.path, 'none.json'), table)).rejects.toMatchObject({
    code: 'config-damaged',
  })
})
