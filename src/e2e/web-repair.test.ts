/** What went wrong is put right in a real browser: conflicts, what was deleted or replaced, local changes, and what is not to be synced. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { crossedLooks, type Look, openBrowser, type TestBrowser } from '../testing/browser.ts'
import { makeLoopDisk } from '../testing/loop-disk.ts'
import { type Member, type Mesh, startMesh } from '../testing/mesh.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { pngOf } from '../testing/test-picture.ts'
import { readUiTexts } from '../testing/ui-texts.ts'
import { until } from '../testing/until.ts'
import { examine, givePassword, sitDown } from '../testing/web-place.ts'

let browser: TestBrowser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser[Symbol.asyncDispose]())

const web = ['--web', '127.0.0.1:0']

/** Who sits down at the first device sees its only folder. */
async function open(mesh: Mesh, member: Member, look: Look) {
  await mesh.settle()
  await givePassword(member.home)
  const person = await sitDown(browser, member, look)
  const { id } = await member.status()
  const show = (tab: string) => person.page.goto(`/#/folders/${id}/${tab}`)
  return { person, page: person.page, show, say: readUiTexts(look.language) }
}

async function holds(member: Member, name: string, content: string | Buffer): Promise<boolean> {
  return readFile(member.path(name)).then(
    (read) => read.equals(Buffer.from(content)),
    () => false,
  )
}

/** Both write while they do not hear of each other. */
async function writeApart(
  [one, two]: readonly [Member, Member],
  name: string,
  contents: readonly [string | Buffer, string | Buffer],
): Promise<void> {
  await two.daemon.ask('set', two.directory, 'paused=on')
  await writeFile(one.path(name), contents[0])
  await writeFile(two.path(name), contents[1])
  await until('it is known', async () => (await one.status()).files > 0)
  await one.daemon.ask('rescan')
  await two.daemon.ask('set', two.directory, 'paused=off')
  await until('there is a conflict', async () => {
    const { conflicts } = await one.daemon.askJson('conflicts', one.directory)
    return conflicts.some(({ path }: { path: string }) => path.startsWith(name.slice(0, 4)))
  })
}

async function pictureIsShown(page: Page, at: number): Promise<void> {
  await until('the picture is there', () =>
    page
      .locator('.versions img')
      .nth(at)
      .evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth > 0),
  )
}

test.each(crossedLooks)('of two versions one is chosen ($width px, $language)', async (look) => {
  await using root = await makeTempDirectory()
  await using mesh = await startMesh(root.path, [{ name: 'Studio' }, { name: 'Kitchen' }], web)
  const [studio, kitchen] = mesh.members as [Member, Member]
  const lines = Array.from({ length: 20 }, (_, at) => `Line ${at} of the plan`)
  const pictures = [pngOf(180, 30, 90), pngOf(30, 90, 180)] as const
  await writeFile(studio.path('plan.txt'), lines.join('\n'))
  await writeFile(studio.path('cover.png'), pngOf(90, 90, 90))
  await mesh.settle()
  const texts = ['the studio', 'the kitchen'].map((who) =>
    lines.with(7, `Here ${who} thought again`).join('\n'),
  )
  await writeApart([studio, kitchen], 'plan.txt', texts as [string, string])
  await writeApart([studio, kitchen], 'cover.png', pictures)

  await using stack = new AsyncDisposableStack()
  const { person, page, show, say } = await open(mesh, studio, look)
  stack.use(person)
  await page.goto('/')
  await page
    .getByText(say('conflicts-count', { conflicts: 2 }))
    .first()
    .waitFor()
  await examine(person, 'folders-conflicts')
  await show('conflicts')
  await page.getByRole('button', { name: /^plan\.txt/ }).waitFor()
  await examine(person, 'conflicts')

  await page.getByRole('button', { name: /^cover\.png/ }).click()
  await pictureIsShown(page, 0)
  await pictureIsShown(page, 1)
  await examine(person, 'conflict-pictures')
  const [inPlace, copy] = (['conflict-original', 'conflict-copy'] as const).map((title) =>
    page.getByRole('region', { name: say(title) }),
  )
  const seen = await readFile(studio.path('cover.png'))
  const other = pictures.find((picture) => !picture.equals(seen))!
  await copy!.getByRole('button', { name: say('conflict-keep') }).click()
  await page.getByText(say('conflict-kept-copy', { name: 'cover.png' })).waitFor()
  for (const member of [studio, kitchen])
    await until('the other picture', () => holds(member, 'cover.png', other))

  // The next one is shown at once.
  await page.getByRole('heading', { name: 'plan.txt' }).waitFor()
  await inPlace!.getByText(/thought again/).waitFor()
  await copy!.getByText(/thought again/).waitFor()
  await examine(person, 'conflict-texts')
  await inPlace!.getByRole('button', { name: say('conflict-keep') }).click()
  await page.getByText(say('conflicts-done')).waitFor()
  await examine(person, 'conflicts-done')
  const kept = await readFile(studio.path('plan.txt'), 'utf8')
  expect(texts).toContain(kept)

  // What was let go of comes back to be chosen again.
  await page.getByRole('button', { name: say('conflict-undo') }).click()
  await until('it is back', async () => {
    const { archive } = await studio.daemon.askJson('archive', 'list', studio.directory)
    return archive.length > 0
  })
  expect(person.faults).toEqual([])
})

test.each(crossedLooks)(
  'what was deleted or replaced is brought back ($width px, $language)',
  async (look) => {
    await using root = await makeTempDirectory()
    await using mesh = await startMesh(root.path, [{ name: 'Studio' }, { name: 'Kitchen' }], web)
    const [studio, kitchen] = mesh.members as [Member, Member]
    await mkdir(kitchen.path('letters'))
    await writeFile(kitchen.path('letters', 'to Anna.txt'), 'Dear Anna')
    await writeFile(kitchen.path('plan.txt'), 'the first plan')
    await mesh.settle()
    const before = new Date()
    // The field knows minutes, and is given seconds.
    await until('the second is over', () => Date.now() > before.getTime() + 2_000)
    await rm(kitchen.path('letters', 'to Anna.txt'))
    await writeFile(kitchen.path('plan.txt'), 'the second plan')
    await kitchen.daemon.ask('rescan')
    await until('it has come', () => holds(studio, 'plan.txt', 'the second plan'))

    await using stack = new AsyncDisposableStack()
    const { person, page, show, say } = await open(mesh, studio, look)
    stack.use(person)
    await show('archive')
    await page.getByRole('button', { name: /to Anna\.txt/ }).waitFor()
    await examine(person, 'archive')
    await page.getByRole('button', { name: /to Anna\.txt/ }).click()
    const letter = page.getByRole('dialog', { name: 'to Anna.txt' })
    await letter.getByText('Dear Anna').waitFor()
    await examine(person, 'archive-file')
    await letter.getByRole('button', { name: say('archive-restore'), exact: true }).click()
    await page.getByText(say('archive-restored', { path: 'letters/to Anna.txt' })).waitFor()
    await until('the kitchen has it again', () => holds(kitchen, 'letters/to Anna.txt', 'Dear Anna'))

    await page.getByLabel(say('archive-view-then')).check()
    await page.getByRole('button', { name: say('then-hour') }).click()
    const second = new Date(before.getTime() + 1_000)
    const local = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Europe/Berlin',
      dateStyle: 'short',
      timeStyle: 'medium',
    }).format(second)
    await page.getByLabel(say('then-when')).fill(local.replace(' ', 'T'))
    await page.getByRole('checkbox', { name: /plan\.txt/ }).check()
    await examine(person, 'archive-as-it-was')
    await page.getByRole('button', { name: say('then-restore-count', { count: '1' }) }).click()
    const sure = page.getByRole('dialog')
    await examine(person, 'archive-as-it-was-sure')
    await sure.getByRole('button', { name: say('then-restore') }).click()
    for (const member of [studio, kitchen])
      await until('the first plan', () => holds(member, 'plan.txt', 'the first plan'))
    await page
      .getByText(say('then-done', { files: 1 }))
      .first()
      .waitFor()
    expect(person.faults).toEqual([])
  },
)

test.each(crossedLooks)(
  'many deletions wait for a person, who decides either way ($width px, $language)',
  async (look) => {
    await using root = await makeTempDirectory()
    await using mesh = await startMesh(
      root.path,
      [
        { name: 'Studio', set: { massDeleteFiles: 5 } },
        { name: 'Kitchen', set: { massDeletePercent: 100 } },
      ],
      web,
    )
    const [studio, kitchen] = mesh.members as [Member, Member]
    const names = Array.from({ length: 30 }, (_, at) => `Episode ${at}.txt`)
    for (const name of names) await writeFile(studio.path(name), `This is ${name}`)
    await writeFile(studio.path('stays.txt'), 'stays')
    await using stack = new AsyncDisposableStack()
    const { person, page, say } = await open(mesh, studio, look)
    stack.use(person)

    async function deleteAll(from: Member): Promise<void> {
      for (const name of names) await rm(from.path(name))
      await from.daemon.ask('rescan')
      await page.getByRole('heading', { name: say('deletes-title', { count: '30', total: '31' }) }).waitFor()
    }
    async function decide(choice: 'undo' | 'confirm'): Promise<void> {
      await page.getByRole('button', { name: say(`deletes-${choice}`) }).click()
      const sure = page.getByRole('dialog', { name: say(`deletes-${choice}-ask`, { count: '30' }) })
      await examine(person, `deletes-${choice}`)
      await sure.getByRole('button', { name: say(`deletes-${choice}`) }).click()
      await page.getByText(say(`deletes-done-${choice}`, { files: 30 })).waitFor()
    }

    const { id } = await studio.status()
    await page.goto(`/#/folders/${id}/changes`)
    await page.getByText(say('changes-none')).waitFor()
    await deleteAll(kitchen)
    await page.getByText('Episode 0.txt').waitFor()
    await page.getByText(say('deletes-by', { devices: 'Kitchen' })).waitFor()
    await examine(person, 'deletes')
    await decide('undo')
    for (const member of [studio, kitchen])
      for (const name of names)
        await until(`${name} at ${member.name}`, () => holds(member, name, `This is ${name}`))

    await page.goto('/')
    await page.getByText(say('state-up-to-date')).first().waitFor()
    for (const name of names) await rm(studio.path(name))
    await studio.daemon.ask('rescan')
    await page.getByText(say('state-halted')).first().waitFor()
    await examine(person, 'folders-halted')
    await page
      .getByRole('link', { name: say('see-what-to-do') })
      .first()
      .click()
    await page.getByRole('heading', { name: say('deletes-title', { count: '30', total: '31' }) }).waitFor()
    await decide('confirm')
    for (const name of names)
      await until(`${name} is gone`, async () => !(await holds(kitchen, name, `This is ${name}`)))
    expect(await holds(kitchen, 'stays.txt', 'stays')).toBe(true)
    expect(person.faults).toEqual([])
  },
)

test.each(crossedLooks)(
  'a device that only receives undoes its own changes, and patterns keep files at home ($width px, $language)',
  async (look) => {
    await using root = await makeTempDirectory()
    await using mesh = await startMesh(
      root.path,
      [{ name: 'Studio' }, { name: 'Listener', role: 'read-only' }],
      web,
    )
    const [studio, listener] = mesh.members as [Member, Member]
    await writeFile(studio.path('Episode 7.txt'), 'as it was told')
    await writeFile(studio.path('Episode 8.txt'), 'the next one')
    await using stack = new AsyncDisposableStack()
    const reader = await open(mesh, listener, look)
    stack.use(reader.person)
    const { page, say } = reader
    await writeFile(listener.path('Episode 7.txt'), 'as I heard it')
    await writeFile(listener.path('my notes.txt'), 'mine')
    await rm(listener.path('Episode 8.txt'))
    await listener.daemon.ask('rescan')
    await reader.show('changes')
    for (const name of ['Episode 7.txt', 'Episode 8.txt', 'my notes.txt'])
      await page.getByText(name).waitFor()
    await examine(reader.person, 'local-changes')
    await page.getByRole('checkbox', { name: /Episode 7/ }).check()
    await page.getByRole('button', { name: say('changes-undo-count', { count: '1' }) }).click()
    await examine(reader.person, 'local-changes-sure')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: say('changes-undo') })
      .click()
    await until('as it was told', () => holds(listener, 'Episode 7.txt', 'as it was told'))
    // All but one, then all.
    await page.getByLabel(say('select-all')).check()
    await page.getByRole('checkbox', { name: /my notes/ }).uncheck()
    for (const name of ['Episode 8.txt', 'my notes.txt']) {
      await page.getByRole('button', { name: say('changes-undo-count', { count: '1' }) }).click()
      await page
        .getByRole('dialog')
        .getByRole('button', { name: say('changes-undo') })
        .click()
      await page.getByText(name).waitFor({ state: 'detached' })
      expect(await holds(listener, 'my notes.txt', 'mine')).toBe(name === 'Episode 8.txt')
      if (name === 'Episode 8.txt') await page.getByLabel(say('select-all')).check()
    }
    await until('it is here again', () => holds(listener, 'Episode 8.txt', 'the next one'))
    await page.getByText(say('changes-empty')).waitFor()

    const owner = await open(mesh, studio, look)
    stack.use(owner.person)
    await writeFile(studio.path('rough cut.tmp'), 'not yet')
    await until('it is there', () => holds(listener, 'rough cut.tmp', 'not yet'))
    await owner.show('settings')
    await owner.page.getByLabel(say('ignore-patterns')).fill('*.tmp')
    await owner.page.getByText('rough cut.tmp').first().waitFor()
    await examine(owner.person, 'folder-settings')
    await owner.page.getByRole('button', { name: say('ignore-save') }).click()
    await owner.page.getByText(say('ignore-saved')).waitFor()
    await writeFile(studio.path('second cut.tmp'), 'not yet')
    await writeFile(studio.path('Episode 9.txt'), 'the newest')
    await until('the newest came', () => holds(listener, 'Episode 9.txt', 'the newest'))
    await mesh.settle()
    expect(await holds(listener, 'second cut.tmp', 'not yet')).toBe(false)
    await owner.show('files')
    await owner.page.getByRole('button', { name: /Episode 9/ }).waitFor()
    await examine(owner.person, 'files')
    await owner.page.getByRole('button', { name: /Episode 9/ }).click()
    await owner.page.getByRole('dialog', { name: 'Episode 9.txt' }).waitFor()
    await examine(owner.person, 'file')
    await owner.show('overview')
    await owner.page.getByText(say('overview-access')).first().waitFor()
    await examine(owner.person, 'folder')
    for (const { person } of [reader, owner]) expect(person.faults).toEqual([])
  },
)

test('a file that its disk has damaged is found by a scrub that a person begins, explained, and repaired', {
  timeout: 400_000,
}, async () => {
  const [look] = crossedLooks
  await using root = await makeTempDirectory()
  await using disk = await makeLoopDisk(root.path, 'disk', 'ext4', 32)
  await using mesh = await startMesh(
    root.path,
    [{ name: 'shelf', directory: disk.path, set: { reserveBytes: 0 } }, { name: 'desk' }],
    web,
  )
  const [shelf, desk] = mesh.members as [Member, Member]
  const film = randomBytes(300_000)
  await writeFile(shelf.path('film.mkv'), film)
  await mesh.settle()
  await desk.end()
  await disk.damage(shelf.path('film.mkv'), film, 200_000)
  await givePassword(shelf.home)
  await using person = await sitDown(browser, shelf, look!)
  const [{ page }, say] = [person, readUiTexts(look!.language)]
  await page.goto(`/#/folders/${(await shelf.status()).id}/overview`)
  await page.getByRole('button', { name: say('scrub-start') }).click()
  const heading = page.getByRole('heading', { name: say('problem-file-damaged', { files: 1 }) })
  await heading.waitFor()
  await page.getByText(say('problem-do-file-damaged')).waitFor()
  await page.getByRole('button', { name: say('check-now') }).click()
  await page.getByText(say('check-sound')).waitFor()
  await page.getByText(say('error-file-damaged', { path: 'film.mkv' })).waitFor()
  await page.getByRole('button', { name: new RegExp(say('damaged-keep')) }).waitFor()
  await examine(person, 'damaged')
  await desk.restart()
  await heading.waitFor({ state: 'detached' })
  await until('it is repaired', () => holds(shelf, 'film.mkv', film))
  await page.getByText(say('history-repaired')).first().waitFor()
  await examine(person, 'repaired')
  expect(person.faults).toEqual([])
})
