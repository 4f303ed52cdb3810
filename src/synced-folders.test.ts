import { mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'
import { type ConfigKeeper, type FolderEntry, openConfig } from './config.ts'
import { SyncError } from './core/errors.ts'
import { type DeviceId, type RotationId, toId } from './core/ids.ts'
import { inviteIdOf, inviteKeys } from './core/invite.ts'
import {
  folderKeys,
  type GuestPass,
  generateFullSecret,
  generateOneTimeSecret,
  guestPass,
  readSecretOf,
  type Secret,
  secretToText,
} from './core/secret.ts'
import { signStatement } from './core/statement.ts'

import { createLogTo } from './log.ts'
import { deviceSettingTable } from './setting-table.ts'
import { openSyncedFolders } from './synced-folders.ts'
import { systemChance } from './system.ts'
import { createFakeOpener, type FakeOpener } from './testing/fake-folder.ts'
import { makeTempDirectory } from './testing/temp-directory.ts'

const log = createLogTo({ write: () => undefined }, { level: 'error', readable: false, colour: false })
const full = generateFullSecret((count) => Buffer.alloc(count, 7))
const oneTime = generateOneTimeSecret((count) => Buffer.alloc(count, 8))
const pass = grantOf(oneTime.token.reveal())

/** What a guest of `full` is given. */
function grantOf(token: Uint8Array): GuestPass {
  const { readKey, writerPublicKey, folderId, signAsWriter } = folderKeys(full)
  const certificate = signStatement(
    {
      ...{ kind: 'certificate', author: toId('AuthorKey', Buffer.alloc(32, 'author')), role: 'full' },
      ...{ device: toId('DeviceId', Buffer.alloc(32, 'device')), deviceName: 'guest', issuedMs: 0 },
      ...{ signsFor: undefined, invitedBy: undefined, invite: inviteIdOf(token) },
    },
    Buffer.from('any body'),
    folderId,
    signAsWriter!,
  )
  return guestPass(readKey.reveal(), writerPublicKey, certificate)
}

/** A device in a directory of its own: `home`, and folders beside it. */
async function makeDevice(root: string, opener: FakeOpener = createFakeOpener()) {
  const home = join(root, 'home')
  await mkdir(home, { recursive: true })
  const config = await openConfig(home, deviceSettingTable('host', '/home/somebody'))
  const open = () => openSyncedFolders({ home, config, opener, chance: systemChance, log })
  return { home, config, opener, open, folders: await open() }
}

async function makeDirectory(...parts: string[]): Promise<string> {
  const path = join(...parts)
  await mkdir(path, { recursive: true })
  return path
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: SyncError) => error.code,
  )

test('a new folder has a secret of its own, and is there again after a restart', async () => {
  await using root = await makeTempDirectory()
  const { folders, open, opener, home } = await makeDevice(root.path)
  const path = await makeDirectory(root.path, 'a')
  const added = await folders.add(path, undefined)
  expect(added.entry.secret.kind).toBe('full')
  expect(opener.opened.get(path)!.calls).toEqual(['opened as new'])
  expect(JSON.parse(await readFile(join(home, 'config.json'), 'utf8')).folders).toEqual([
    { path, secret: secretToText(added.entry.secret as Secret), new: true },
  ])
  opener.opened.get(path)!.claimed()
  // Changes come one after another, so this one waits for it.
  await folders.configure(path, (set) => set)
  expect(JSON.parse(await readFile(join(home, 'config.json'), 'utf8')).folders[0].new).toBeUndefined()
  await folders[Symbol.asyncDispose]()
  expect(opener.opened.get(path)!.isOpen).toBe(false)

  const again = await open()
  expect(again.list().map(({ id }) => id)).toEqual([added.id])
  expect(opener.opened.get(path)!.calls).toEqual(['opened'])
})

test('a folder is found by id, by path, and through a link', async () => {
  await using root = await makeTempDirectory()
  const { folders } = await makeDevice(root.path)
  const path = await makeDirectory(root.path, 'a')
  const link = join(root.path, 'link')
  await symlink(path, link)
  const { entry, id } = await folders.add(link, undefined)
  expect(entry.path).toBe(path)
  for (const named of [path, link, id]) expect((await folders.find(named)).entry).toBe(entry)
  expect(await codeOf(folders.find(join(root.path, 'b')))).toBe('folder-unknown')
})

test('what cannot be added is refused by name, and nothing changes', async () => {
  await using root = await makeTempDirectory()
  const { folders, home, config } = await makeDevice(root.path)
  const path = await makeDirectory(root.path, 'a', 'b')
  await folders.add(path, secretToText(full))
  const before = config.current()
  await writeFile(join(root.path, 'file'), '')
  const inside = await makeDirectory(path, 'c')
  const other = await makeDirectory(root.path, 'other')
  const beside = await makeDirectory(root.path, 'a', 'bb')
  const refused: [string, string | undefined, string][] = [
    [join(root.path, 'none'), undefined, 'directory-missing'],
    [join(root.path, 'file'), undefined, 'directory-missing'],
    [join(root.path, 'file', 'x'), undefined, 'directory-missing'],
    ['a', undefined, 'request-invalid'],
    [path, undefined, 'folder-exists'],
    [inside, undefined, 'folder-nested'],
    [join(root.path, 'a'), undefined, 'folder-nested'],
    [home, undefined, 'directory-holds-state'],
    [await makeDirectory(home, 'x'), undefined, 'directory-holds-state'],
    [root.path, undefined, 'directory-holds-state'],
    [other, secretToText(full), 'folder-same-secret'],
    [other, secretToText(readSecretOf(full)), 'folder-same-secret'],
    [other, secretToText(full).replace(/.$/, '!'), 'secret-mistyped'],
    [other, 'abc', 'secret-too-short'],
    [other, '', 'secret-too-short'],
  ]
  for (const [at, secret, code] of refused)
    expect([at, await codeOf(folders.add(at, secret))]).toEqual([at, code])
  expect(config.current()).toBe(before)
  expect(await codeOf(folders.add(beside, undefined))).toBe('done')
})

test('two who add the same directory at once get one folder', async () => {
  await using root = await makeTempDirectory()
  const { folders, config } = await makeDevice(root.path)
  const path = await makeDirectory(root.path, 'a')
  const codes = await Promise.all([
    codeOf(folders.add(path, undefined)),
    codeOf(folders.add(path, undefined)),
  ])
  expect(codes.sort()).toEqual(['done', 'folder-exists'])
  expect(config.current().folders).toHaveLength(1)
})

test('a folder that cannot be opened when added is not kept', async () => {
  await using root = await makeTempDirectory()
  const { folders, opener, config } = await makeDevice(root.path)
  const path = await makeDirectory(root.path, 'a')
  opener.failNext(path, new SyncError('disk-read-only', { path }))
  expect(await codeOf(folders.add(path, undefined))).toBe('disk-read-only')
  expect(config.current().folders).toEqual([])
  expect(await codeOf(folders.add(path, undefined))).toBe('done')
})

test('I10: a missing directory at start is no reason to forget the folder, nor to keep others from syncing', async () => {
  await using root = await makeTempDirectory()
  const { folders, opener, open } = await makeDevice(root.path)
  const [a, b] = [await makeDirectory(root.path, 'a'), await makeDirectory(root.path, 'b')]
  await folders.add(a, undefined)
  await folders.add(b, undefined)
  await folders[Symbol.asyncDispose]()
  await rename(a, `${a}-away`)
  opener.failNext(b, new SyncError('database-newer', { file: 'x' }))
  const again = await open()
  expect(again.list().map(({ entry }) => entry.path)).toEqual([a, b])
  expect((await again.findRunning(a)).entry.path).toBe(a)
  expect(await codeOf(again.findRunning(b))).toBe('database-newer')
  await again.remove(b)
  expect(again.list().map(({ entry }) => entry.path)).toEqual([a])
})

test('what is wrong with one folder, be it a bug, keeps no other from being opened', async () => {
  await using root = await makeTempDirectory()
  const { folders, opener, open } = await makeDevice(root.path)
  const [a, b] = [await makeDirectory(root.path, 'a'), await makeDirectory(root.path, 'b')]
  await folders.add(a, undefined)
  await folders.add(b, undefined)
  await folders[Symbol.asyncDispose]()
  opener.failNext(a, new TypeError('no such column: x'))
  const again = await open()
  expect((await again.findRunning(b)).entry.path).toBe(b)
  expect(await codeOf(again.findRunning(a))).toBe('internal')
  await again.remove(a)
  expect(again.list().map(({ entry }) => entry.path)).toEqual([b])
})

test('a folder that cannot go on is closed and opened again', async () => {
  await using root = await makeTempDirectory()
  const { folders, opener } = await makeDevice(root.path)
  const path = await makeDirectory(root.path, 'a')
  await folders.add(path, undefined)
  const before = opener.opened.get(path)!
  before.mustReopen()
  // Changes come one after another, so this one waits for it.
  await folders.configure(path, (set) => ({ ...set, lan: false }))
  const after = opener.opened.get(path)!
  // Nobody said that its directory was claimed.
  expect([before.isOpen, after.isOpen, after.calls]).toEqual([false, true, ['opened as new']])
  expect((await folders.findRunning(path)).state).toBe(after)
})

test('a removed folder is closed and forgotten', async () => {
  await using root = await makeTempDirectory()
  const { folders, opener, config } = await makeDevice(root.path)
  const path = await makeDirectory(root.path, 'a')
  await folders.add(path, undefined)
  await folders.remove(path)
  expect(opener.opened.get(path)!.isOpen).toBe(false)
  expect(opener.forgotten.at(-1)).toBe(path)
  expect(config.current().folders).toEqual([])
  expect(await codeOf(folders.remove(path))).toBe('folder-unknown')
})

test('a pass that cannot be kept is not lost: the folder goes on joining, and is joined when it can be', async () => {
  await using root = await makeTempDirectory()
  const { home, config, opener } = await makeDevice(root.path)
  const path = await makeDirectory(root.path, 'a')
  let isFull = false
  const onSmallDisk: ConfigKeeper = {
    current: config.current,
    async change(change) {
      if (isFull) throw new SyncError('disk-full', { path: home, freeBytes: 0, reserveBytes: 0 })
      await config.change(change)
    },
  }
  const folders = await openSyncedFolders({ home, config: onSmallDisk, opener, chance: systemChance, log })
  await folders.add(path, secretToText(oneTime))
  const joining = opener.joined.get(path)!
  const kinds = () => config.current().folders.map(({ secret }) => secret.kind)

  isFull = true
  expect(await codeOf(joining.granted(pass))).toBe('disk-full')
  expect([kinds(), folders.list().map(({ keys }) => keys), joining.isOpen]).toEqual([
    ['one-time'],
    [undefined],
    true,
  ])
  // The pass is durable before the database is made, for which there is no room yet.
  isFull = false
  opener.failNext(path, new SyncError('database-unusable', { file: 'x', reason: 'full' }))
  expect(await codeOf(joining.granted(pass))).toBe('database-unusable')
  expect([kinds(), folders.list().map(({ keys }) => keys), joining.isOpen]).toEqual([
    ['guest'],
    [undefined],
    true,
  ])
  expect(await codeOf(joining.granted(pass))).toBe('done')
  expect([kinds(), joining.isOpen, opener.opened.get(path)!.calls]).toEqual([
    ['guest'],
    false,
    ['opened as new'],
  ])
  expect((await folders.findRunning(path)).id).toBe(folderKeys(full).folderId)
})

describe('A4: a disk that came back while a folder was being opened', () => {
  /** One disk, mounted at one of two places; `hasComeBack` counts how often it was attached. */
  function makePlaces(at: { mount: string; attachment: string }) {
    const listeners: (() => void)[] = []
    return {
      own: () => [],
      listen: (changed: () => void) => {
        listeners.push(changed)
        return new DisposableStack()
      },
      place: (entry: FolderEntry) => ({
        entry: { ...entry, path: join(at.mount, 'folder') },
        attachment: at.attachment,
      }),
      tell: () => {
        for (const changed of listeners) changed()
      },
    }
  }

  test('a folder that is joined is opened where its disk is by now, not what is mounted there instead', async () => {
    await using root = await makeTempDirectory()
    const { home, config, opener } = await makeDevice(root.path)
    const [before, after] = [join(root.path, 'one'), join(root.path, 'two')]
    for (const mount of [before, after]) await makeDirectory(mount, 'folder')
    const at = { mount: before, attachment: '1' }
    const places = makePlaces(at)
    const folders = await openSyncedFolders({ home, config, opener, places, chance: systemChance, log })
    await folders.add(join(before, 'folder'), secretToText(oneTime))
    Object.assign(at, { mount: after, attachment: '2' })
    expect(await codeOf(opener.joined.get(join(before, 'folder'))!.granted(pass))).toBe('done')
    expect([...opener.opened.keys()]).toEqual([join(after, 'folder')])
    expect(config.current().folders.map(({ path }) => path)).toEqual([join(after, 'folder')])
  })

  test('a folder that is added is opened again, since what it has open is of the disk before', async () => {
    await using root = await makeTempDirectory()
    const { home, config, opener } = await makeDevice(root.path)
    const path = await makeDirectory(root.path, 'disk', 'folder')
    const at = { mount: join(root.path, 'disk'), attachment: '1' }
    const places = makePlaces(at)
    let opened = 0
    const slow: FakeOpener = {
      ...opener,
      async open(...asked) {
        opened += 1
        at.attachment = '2'
        return opener.open(...asked)
      },
    }
    const folders = await openSyncedFolders({
      ...{ home, config, places, chance: systemChance, log },
      opener: slow,
    })
    await folders.add(path, undefined)
    places.tell()
    await folders.followDisks()
    expect(opened).toBe(2)
  })
})

test('a folder whose pass is kept and which could not be opened can be removed, and is opened at the next start', async () => {
  await using root = await makeTempDirectory()
  const { folders, config, opener, open } = await makeDevice(root.path)
  const path = await makeDirectory(root.path, 'a')
  async function joinInVain() {
    await folders.add(path, secretToText(oneTime))
    opener.failNext(path, new SyncError('database-unusable', { file: 'x', reason: 'full' }))
    expect(await codeOf(opener.joined.get(path)!.granted(pass))).toBe('database-unusable')
  }
  await joinInVain()
  await folders.remove(path)
  expect(config.current().folders).toEqual([])
  await joinInVain()
  await folders[Symbol.asyncDispose]()
  const again = await open()
  expect((await again.findRunning(path)).keys.role).toBe('full')
})

test('settings reach the folder at once, and outlive the daemon', async () => {
  await using root = await makeTempDirectory()
  const { folders, opener, open } = await makeDevice(root.path)
  const path = await makeDirectory(root.path, 'a')
  await folders.add(path, undefined)
  await folders.configure(path, (set) => ({ ...set, paused: true }))
  expect(opener.opened.get(path)!.settings).toMatchObject({ paused: true, archive: true })
  await open()
  expect(opener.opened.get(path)!.settings.paused).toBe(true)
})

test('a file given with --config adds what is new and sets the rest, however often it is read', async () => {
  await using root = await makeTempDirectory()
  const { folders, config } = await makeDevice(root.path)
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => makeDirectory(root.path, name)))
  await folders.add(a!, secretToText(full))
  await folders.add(c!, undefined)
  const setup = [
    { path: a!, secret: full, set: { lan: false } },
    { path: b!, secret: undefined, set: { paused: true } },
  ]
  await folders.takeIn(setup)
  const once = config.current().folders.map(({ path, set }) => [path, set])
  expect(once).toEqual([
    [a, { lan: false }],
    [c, {}],
    [b, { paused: true }],
  ])
  await rename(b!, `${b}-away`)
  await folders.takeIn(setup)
  expect(config.current().folders.map(({ path, set }) => [path, set])).toEqual(once)
  expect(await codeOf(folders.takeIn([{ path: c!, secret: full, set: {} }]))).toBe('folder-exists')
})

test('a one-time secret of a folder that is here already is refused, before it is used where that can be known', async () => {
  await using root = await makeTempDirectory()
  const { folders, opener, config } = await makeDevice(root.path)
  const path = await makeDirectory(root.path, 'a')
  const other = await makeDirectory(root.path, 'b')
  await folders.add(path, secretToText(full))
  const joined = await folders.add(other, secretToText(oneTime))
  const { granted } = opener.joined.get(other)!
  expect(await codeOf(granted(pass))).toBe('folder-same-secret')
  expect(config.current().folders.map((entry) => entry.path)).toEqual([path, other])
  await folders.remove(other)

  const meetings = new Map([[joined.id, inviteKeys(inviteIdOf(oneTime.token.reveal()))]])
  const { answers } = opener.opened.get(path)!
  Object.assign(answers, { invites: { ...answers.invites, meetings: () => meetings } })
  expect(await codeOf(folders.add(other, secretToText(oneTime)))).toBe('folder-same-secret')
})

test('what only a read-only device may keep to itself does not hold for one that is given full access', async () => {
  await using root = await makeTempDirectory()
  const { folders, opener } = await makeDevice(root.path)
  const path = await makeDirectory(root.path, 'a')
  await folders.add(path, secretToText(oneTime), { keepNewestFiles: 3, lan: false })
  await opener.joined.get(path)!.granted(pass)
  expect((await folders.findRunning(path)).entry.set).toEqual({ lan: false })
})

describe('R9: a folder whose secret was changed', () => {
  const next = generateFullSecret((count) => Buffer.alloc(count, 9))
  const nothing = { id: '' as RotationId, rotatedBy: '' as DeviceId, issuedMs: 0 }
  const rotation = { ...nothing, sealedByDevice: new Map(), carried: [] }

  test('goes on under the new one, which is kept first, and knows the former one as its own', async () => {
    await using root = await makeTempDirectory()
    const { folders, opener, home, open } = await makeDevice(root.path)
    const path = await makeDirectory(root.path, 'a')
    await folders.add(path, secretToText(full))
    const before = opener.opened.get(path)!
    Object.assign(before.answers, { succession: { rotation, secret: next } })
    before.rotated()
    const { id } = await folders.configure(path, (set) => set)
    expect(id).toBe(folderKeys(next).folderId)
    expect([before.isOpen, opener.opened.get(path)!.isOpen]).toEqual([false, true])
    const [kept] = JSON.parse(await readFile(join(home, 'config.json'), 'utf8')).folders
    expect(kept).toMatchObject({ secret: secretToText(next), former: [{ secret: secretToText(full) }] })
    const other = await makeDirectory(root.path, 'b')
    expect(await codeOf(folders.add(other, secretToText(full)))).toBe('folder-same-secret')

    await folders[Symbol.asyncDispose]()
    expect((await open()).list().map((each) => each.id)).toEqual([id])
  })

  test('stays as it is where there is nothing for this device', async () => {
    await using root = await makeTempDirectory()
    const { folders, opener, config } = await makeDevice(root.path)
    const path = await makeDirectory(root.path, 'a')
    await folders.add(path, secretToText(readSecretOf(full)))
    const kept = config.current()
    const before = opener.opened.get(path)!
    Object.assign(before.answers, { succession: { rotation, secret: undefined } })
    before.rotated()
    expect(await codeOf(folders.configure(path, (set) => set).then(() => folders.findRunning(path)))).toBe(
      'done',
    )
    expect(before.isOpen).toBe(true)
    expect(config.current().folders.map(({ secret }) => secret)).toEqual(
      kept.folders.map(({ secret }) => secret),
    )
  })

  test('is known by the former one to whoever adds it, or sets it up', async () => {
    await using root = await makeTempDirectory()
    const { folders, opener } = await makeDevice(root.path)
    const path = await makeDirectory(root.path, 'a')
    const other = await makeDirectory(root.path, 'b')
    await folders.add(path, secretToText(full))
    const before = opener.opened.get(path)!
    Object.assign(before.answers, { succession: { rotation, secret: next } })
    before.rotated()
    await folders.takeIn([{ path, secret: full, set: { lan: false } }])
    expect((await folders.findRunning(path)).entry).toMatchObject({ secret: next, set: { lan: false } })
    // From somebody who has not moved over.
    await folders.add(other, secretToText(oneTime))
    expect(await codeOf(opener.joined.get(other)!.granted(pass))).toBe('folder-same-secret')
  })

  test('that cannot keep the new one says so, and goes on under the former', async () => {
    await using root = await makeTempDirectory()
    const { folders, opener, home } = await makeDevice(root.path)
    const path = await makeDirectory(root.path, 'a')
    const { id } = await folders.add(path, secretToText(full))
    const { answers } = opener.opened.get(path)!
    Object.assign(answers, {
      rotate: () => Object.assign(answers, { succession: { rotation, secret: next } }),
    })
    await rename(home, `${home} away`)
    expect(await codeOf(folders.rotate(path))).not.toBe('done')
    expect((await folders.findRunning(path)).id).toBe(id)
    await rename(`${home} away`, home)
    expect((await folders.rotate(path)).id).toBe(folderKeys(next).folderId)
  })

  test('whose new secret is that of another folder here does not become the same', async () => {
    await using root = await makeTempDirectory()
    const { folders, opener } = await makeDevice(root.path)
    const path = await makeDirectory(root.path, 'a')
    const other = await makeDirectory(root.path, 'b')
    await folders.add(path, secretToText(full))
    await folders.add(other, secretToText(next))
    const before = opener.opened.get(path)!
    Object.assign(before.answers, { succession: { rotation, secret: next } })
    before.rotated()
    expect(await codeOf(folders.configure(path, (set) => set).then(() => folders.findRunning(path)))).toBe(
      'folder-same-secret',
    )
    expect((await folders.findRunning(other)).entry.path).toBe(other)
  })
})

test('that a folder was chosen in a browser is remembered until its directory is taken', async () => {
  await using root = await makeTempDirectory()
  const { folders, opener, home, config } = await makeDevice(root.path)
  const path = await makeDirectory(root.path, 'a')
  const approved: string[] = []
  await folders.add(path, undefined, {}, async (real) => approved.push(real))
  expect(approved).toEqual([path])
  const kept = async () => JSON.parse(await readFile(join(home, 'config.json'), 'utf8')).folders[0].new
  expect(await kept()).toBe('web')
  const again = await openConfig(home, deviceSettingTable('host', '/home/somebody'))
  expect(again.current().folders).toMatchObject([{ path, isNew: true, isFromWeb: true }])
  opener.opened.get(path)!.claimed()
  await folders.configure(path, (set) => set)
  expect(await kept()).toBeUndefined()
  expect(config.current().folders[0]).not.toHaveProperty('isFromWeb')
})
