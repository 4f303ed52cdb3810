import { X509Certificate } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemChance } from '../system.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { fingerprintOf, loadCertificate } from './web-certificate.ts'

const startMs = Date.UTC(2026, 10, 22)
const names = ['attic', 'attic.local', 'localhost', '192.0.2.7', '::1']

test('a certificate names the device for ten years, its key is private, and both stay as they are', async () => {
  await using root = await makeTempDirectory()
  const clock = createManualClock(startMs)
  const needs = { home: root.path, names, clock, chance: systemChance, log: createMemoryLog() }
  const made = await loadCertificate(needs)
  const read = new X509Certificate(made.certificate)
  expect(read.subjectAltName).toBe(
    'DNS:attic, DNS:attic.local, DNS:localhost, IP Address:192.0.2.7, IP Address:0:0:0:0:0:0:0:1',
  )
  expect(read.ca).toBe(false)
  expect(read.verify(read.publicKey)).toBe(true)
  expect(read.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
  expect(new Date(read.validTo).getUTCFullYear()).toBe(2036)
  expect((await stat(join(root.path, 'web-key.pem'))).mode & 0o777).toBe(0o600)
  expect(await loadCertificate({ ...needs, names: ['attic', '192.0.2.99'] })).toEqual(made)
  expect(needs.log.lines).toEqual([])
  expect(fingerprintOf(made)).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
})

test.each([
  [
    'the certificate is damaged',
    async (home: string) => writeFile(join(home, 'web-certificate.pem'), 'garbage'),
  ],
  ['the key is damaged', async (home: string) => writeFile(join(home, 'web-key.pem'), '')],
  [
    'the key is another',
    async (home: string) => {
      await using other = await makeTempDirectory()
      const clock = createManualClock(startMs)
      await loadCertificate({ home: other.path, names, clock, chance: systemChance, log: createMemoryLog() })
      await writeFile(join(home, 'web-key.pem'), await readFile(join(other.path, 'web-key.pem')))
    },
  ],
])('when %s a new one is made, and that is told', async (_, damage) => {
  await using root = await makeTempDirectory()
  const clock = createManualClock(startMs)
  const needs = { home: root.path, names, clock, chance: systemChance, log: createMemoryLog() }
  const first = await loadCertificate(needs)
  await damage(root.path)
  const second = await loadCertificate(needs)
  expect(fingerprintOf(second)).not.toBe(fingerprintOf(first))
  expect(needs.log.lines).toMatchObject([{ level: 'warn' }])
  expect(await loadCertificate(needs)).toEqual(second)
})

test('a device with another name, and one after ten years, make a new one', async () => {
  await using root = await makeTempDirectory()
  const clock = createManualClock(startMs)
  const needs = { home: root.path, names, clock, chance: systemChance, log: createMemoryLog() }
  await loadCertificate(needs)
  const renamed = await loadCertificate({ ...needs, names: ['cellar'] })
  expect(new X509Certificate(renamed.certificate).subjectAltName).toBe('DNS:cellar')
  await clock.advance(3653 * 24 * 3_600_000)
  const later = await loadCertificate({ ...needs, names: ['cellar'] })
  expect(later).not.toEqual(renamed)
})

test('a home that cannot be written is told', async () => {
  const clock = createManualClock(startMs)
  const needs = { home: '/proc/none', names, clock, chance: systemChance, log: createMemoryLog() }
  await expect(loadCertificate(needs)).rejects.toMatchObject({ code: 'certificate-failed' })
})
