/** An appliance in a real browser: its first steps, how the machine is, its disks, and backups that give the same device back. */
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeScene, type Scene, type SceneDisk } from '../testing/appliance-scene.ts'
import { crossedLooks, openBrowser, type TestBrowser } from '../testing/browser.ts'
import { startDaemon } from '../testing/daemon.ts'
import { findFreePort } from '../testing/free-port.ts'
import { makeReleaseScene } from '../testing/release-files.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { readUiTexts } from '../testing/ui-texts.ts'
import { until } from '../testing/until.ts'
import { examine, givePassword, sitDown, webPassword } from '../testing/web-place.ts'

const passphrase = 'three blue mice'
/** A look at the machine, and scrypt, on a board that does other things. */
const timeoutMs = 120_000

let browser: TestBrowser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser[Symbol.asyncDispose]())

async function makeAppliance(
  root: string,
  stack: AsyncDisposableStack,
): Promise<{ scene: Scene; disk: SceneDisk }> {
  const scene = stack.use(await makeScene(root))
  scene.answers.describe = {
    ...{
      model: 'Raspberry Pi 4 Model B Rev 1.4',
      hostName: 'pi',
      timeZone: 'Europe/Berlin',
      lastStart: 'crash',
    },
    ssh: {
      enabled: true,
      keys: [{ kind: 'ssh-ed25519', comment: 'ann@desk' }],
      fingerprint: 'SHA256:n0t1realFingerprintButLongEnoughToBreakALine',
    },
    releases: null,
  }
  scene.answers.logs = { text: 'a line of the log\n' }
  return { scene, disk: await scene.makeDisk('podcasts') }
}

test.each(crossedLooks)(
  'an appliance is set up, looked at and steered ($width px, $language)',
  async (look) => {
    await using root = await makeTempDirectory()
    await using stack = new AsyncDisposableStack()
    const { scene, disk } = await makeAppliance(root.path, stack)
    const options = ['--appliance', '--web', '127.0.0.1:0']
    const daemon = stack.use(await startDaemon(join(root.path, 'home'), options, scene.program))
    const person = stack.use(await browser.open(daemon.web, look))
    const { page } = person
    const say = readUiTexts(look.language)
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
    const inDialog = (name: string) => page.getByRole('dialog').getByRole('button', { name, exact: true })

    await page.goto('/')
    await page.getByLabel(say('password'), { exact: true }).fill(webPassword)
    await page.getByLabel(say('password-again')).fill(webPassword)
    await page.getByLabel(say('device-name')).fill('Attic')
    await press(say('set-up-action'))
    await page.waitForURL(/welcome/)
    await page.getByText(say('disks-none')).waitFor()
    await examine(person, 'welcome-no-disk')
    await disk.attach()
    await page.getByText(say('disk-state-attached'), { exact: true }).waitFor()
    await examine(person, 'welcome')

    await page.goto('/#/system')
    await page.getByText(say('system-crash')).waitFor()
    await page.getByText(say('system-lights')).click()
    await page.locator('.light').first().waitFor()
    await examine(person, 'system')
    await page.getByLabel(say('system-host-name')).fill('Attic-Pi')
    await page.getByLabel(say('system-time-zone')).selectOption('Europe/Riga')
    await page
      .getByRole('button', { name: say('save') })
      .first()
      .click()
    await page.getByText(say('setting-saved')).first().waitFor()
    expect(scene.asked).toEqual(expect.arrayContaining(['set-time-zone', 'set-host-name']))
    const log = await page.request.get('/api/system/logs', { headers: { 'sec-fetch-site': 'same-origin' } })
    expect(await log.text()).toBe('a line of the log\n')
    await press(say('system-reboot'))
    await inDialog(say('system-reboot')).click()
    await until('it was asked for', () => scene.asked.includes('reboot'))
    await press(say('system-factory-reset'))
    expect(await inDialog(say('system-factory-reset')).isDisabled()).toBe(true)
    await examine(person, 'system-reset')
    await page.getByLabel(say('type-to-confirm', { text: 'reset' })).fill('reset')
    await inDialog(say('system-factory-reset')).click()
    await until('it was asked for', () => scene.asked.includes('factory-reset'))

    await tellOfOthers(scene)
    await page.goto('/#/system/disks')
    await page.getByText(say('disk-state-unusable'), { exact: true }).waitFor()
    await examine(person, 'disks')
    await press(say('disk-eject'))
    await page.getByText(say('disk-state-ejected'), { exact: true }).first().waitFor()
    await press(say('disk-erase'))
    await page.getByLabel(say('disk-type-serial')).fill('1234')
    expect(await inDialog(say('disk-erase')).isDisabled()).toBe(true)
    await examine(person, 'disk-erase')
    await page.getByLabel(say('disk-type-serial')).fill('7F3A')
    await inDialog(say('disk-erase')).click()
    await until('it was asked for', () => scene.asked.includes('erase'))
    expect(person.faults).toEqual([])
  },
  timeoutMs,
)

test.each(crossedLooks)(
  'another SD card, the same disk and the passphrase give the same device back ($width px, $language)',
  async (look) => {
    await using root = await makeTempDirectory()
    await using stack = new AsyncDisposableStack()
    const { scene, disk } = await makeAppliance(root.path, stack)
    await disk.attach()
    const say = readUiTexts(look.language)
    const before = await startDaemon(
      join(root.path, 'old'),
      ['--appliance', '--web', '127.0.0.1:0'],
      scene.program,
    )
    await givePassword(before.home)
    await before.ask('config', 'name=Attic')
    const folder = disk.path('films')
    await mkdir(folder)
    await writeFile(join(folder, 'one'), 'one')
    await before.ask('add', folder)
    const device = (await before.askJson('status')).device.id
    {
      await using person = await sitDown(browser, { daemon: before }, look)
      const { page } = person
      await page.goto('/#/system/backup')
      await page.getByRole('radio', { name: say('backup-to-disks') }).check()
      await page.getByLabel(say('backup-passphrase'), { exact: true }).first().fill(passphrase)
      await page.getByLabel(say('backup-passphrase-again')).fill(passphrase)
      await examine(person, 'backup')
      await page.getByRole('button', { name: say('backup-to-disks') }).click()
      await page.getByText(say('backup-kept')).waitFor()
      await page.getByRole('radio', { name: say('backup-to-file') }).check()
      await page.getByLabel(say('backup-passphrase'), { exact: true }).first().fill(passphrase)
      await page.getByLabel(say('backup-passphrase-again')).fill(passphrase)
      const downloading = page.waitForEvent('download')
      await page.getByRole('button', { name: say('backup-to-file') }).click()
      expect((await downloading).suggestedFilename()).toMatch(/^Attic-\d{8}T\d{6}Z\.berrysync-backup$/)
      expect(person.faults).toEqual([])
    }
    expect(await readdir(disk.path('.berrysync', 'backups'))).toHaveLength(1)
    await before.end('SIGTERM')

    const web = `127.0.0.1:${await findFreePort()}`
    let after = stack.use(
      await startDaemon(join(root.path, 'new'), ['--appliance', '--web', web], scene.program),
    )
    expect((await after.askJson('status')).device.id).not.toBe(device)
    await givePassword(after.home)
    await using person = await sitDown(browser, { daemon: after }, look)
    const { page } = person
    await page.goto('/#/welcome')
    await page.getByText(say('welcome-found', { device: 'Attic' })).waitFor()
    await examine(person, 'welcome-found')
    await page.getByRole('link', { name: say('backup-restore') }).click()
    const passphraseField = page.getByLabel(say('backup-passphrase'), { exact: true }).last()
    await passphraseField.fill('three blue mouse')
    person.expectRefusal(403, /restore/)
    await page.getByRole('button', { name: say('backup-restore'), exact: true }).click()
    await page.getByText(/passphrase of this backup|Пароль не от этой копии/).waitFor()
    await examine(person, 'backup-restore')
    await passphraseField.fill(passphrase)
    using _silence = person.expectSilence()
    person.expectRefusal(401, /api/)
    await page.getByRole('button', { name: say('backup-restore'), exact: true }).click()
    await until('the helper was asked', () => scene.asked.includes('restart'))
    await after.end('SIGTERM')
    after = stack.use(await startDaemon(after.home, ['--appliance', '--web', web], scene.program))
    await until('it is the same device again', async () => {
      const status = await after.askJson('status').catch(() => undefined)
      return status?.device.id === device && status.device.name === 'Attic'
    })
    const [restored] = (await after.askJson('status')).folders
    expect(restored.path).toBe(folder)
    await page.getByRole('button', { name: say('log-in-action') }).waitFor()
    expect(person.faults).toEqual([])
  },
  timeoutMs,
)

test.each(crossedLooks)(
  'a release is uploaded and installed, and what is none is refused ($width px, $language)',
  async (look) => {
    await using root = await makeTempDirectory()
    await using stack = new AsyncDisposableStack()
    const { scene } = await makeAppliance(root.path, stack)
    const packaged = stack.use(await makeReleaseScene('1.2.3'))
    await cp(packaged.places.packaged, scene.packaged, { recursive: true })
    const file = join(
      packaged.places.updates,
      await packaged.upload('1.3.0', { arch: process.arch === 'arm64' ? 'arm64' : 'amd64' }),
    )
    scene.answers['install-release'] = { version: '1.3.0' }
    const options = ['--appliance', '--web', '127.0.0.1:0']
    const daemon = stack.use(await startDaemon(join(root.path, 'home'), options, scene.program))
    await givePassword(daemon.home)
    await using person = await sitDown(browser, { daemon }, look)
    const { page } = person
    const say = readUiTexts(look.language)

    await page.goto('/#/system')
    const choose = page.getByLabel(say('release-file'))
    person.expectRefusal(400, /releases/)
    await choose.setInputFiles({ name: 'holiday.release', mimeType: '', buffer: Buffer.from('a picture') })
    await page.getByText(/not a release of Berrysync|не выпуск Berrysync/).waitFor()
    await choose.setInputFiles(file)
    await page.getByText('1.3.0', { exact: false }).waitFor()
    await examine(person, 'release')
    using _silence = person.expectSilence()
    await page.getByRole('button', { name: say('release-install') }).click()
    await until('the helper was asked', () => scene.asked.includes('install-release'))
    await page.getByText(say('release-restarting', { version: '1.3.0' })).waitFor()
    expect(person.faults).toEqual([])
  },
  timeoutMs,
)

/** Disks that are only told of. */
async function tellOfOthers(scene: Scene): Promise<void> {
  const told = { readOnly: false, mountPoint: null, reason: null, progress: null }
  const disk = (model: string, serial: string, sizeBytes: number, sequence: number) => ({
    model,
    serial,
    sizeBytes,
    sequence,
  })
  const facts = [
    {
      ...{ device: 'sdc', name: 'stick', state: 'blank', fileSystem: null },
      disk: { device: 'sdc', ...disk('SanDisk Ultra', '4C5300011', 62_109_253_632, 91) },
    },
    {
      ...{ device: 'sdd1', name: 'holiday', state: 'unusable', reason: 'encrypted' },
      fileSystem: { kind: 'crypto_LUKS', uuid: 'u-9', label: null },
      disk: { device: 'sdd', ...disk('WDC WD40EZRZ', 'WD-WCC7K7F3A', 4_000_787_030_016, 92) },
    },
    {
      ...{ device: 'sde1', name: 'films', state: 'checking', progress: 0.4 },
      fileSystem: { kind: 'exfat', uuid: 'u-10', label: 'Films' },
      disk: { device: 'sde', ...disk('TOSHIBA MQ04', 'X8K1PLMN', 1_000_204_886_016, 93) },
    },
  ]
  for (const each of facts)
    await writeFile(join(scene.paths.facts, `${each.device}.json`), JSON.stringify({ ...told, ...each }))
}
