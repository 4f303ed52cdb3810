/** A disk that damages a file without a sign: found, told, repaired from a peer, and never passed on. */
import { randomBytes } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CheckBody, ScrubBody } from '../api/schemas/self-check.ts'
import { makeLoopDisk } from '../testing/loop-disk.ts'
import { type Place, startPlace } from '../testing/place.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

const mib = 1024 ** 2
/** A step of three daemons that wait for each other, and for a busy machine. */
const stepSeconds = 90

async function isEqual(place: Place, name: string, content: Buffer): Promise<boolean> {
  return readFile(join(place.directory, name)).then(
    (found) => found.equals(content),
    () => false,
  )
}

function scrubOf({ daemon, directory }: Place): Promise<ScrubBody> {
  return daemon.askJson('scrub', directory, '--status')
}

async function needOf(place: Place): Promise<number> {
  return (await place.status()).folders[0]!.needFiles
}

test('I1 I4 a byte that changed on the disk is found by a scrub, told, not passed on, and repaired from who has the file', {
  timeout: 600_000,
}, async () => {
  await using root = await makeTempDirectory()
  await using disk = await makeLoopDisk(root.path, 'two', 'ext4', 160)
  await using stack = new AsyncDisposableStack()
  const [one, two, three] = [
    await startPlace(root.path, 'one', stack),
    await startPlace(root.path, 'two', stack),
    await startPlace(root.path, 'three', stack),
  ]
  const large = randomBytes(mib + 5000)
  await writeFile(join(one.directory, 'large.bin'), large)
  await one.write('note', 'a few words')
  await one.daemon.ask('add', one.directory)
  const { full } = await one.secrets()
  await two.add(full, one)
  await until(
    'two has all',
    async () => (await isEqual(two, 'large.bin', large)) && (await two.has('note', 'a few words')),
    stepSeconds,
  )
  await until('two needs nothing', async () => (await needOf(two)) === 0, stepSeconds)
  const before = await stat(join(two.directory, 'large.bin'), { bigint: true })

  for (const place of [one, two]) await place.daemon.end('SIGTERM')
  await disk.damage(join(two.directory, 'large.bin'), large, 400_000)
  await two.restart()
  const after = await stat(join(two.directory, 'large.bin'), { bigint: true })
  expect([after.size, after.mtimeNs, after.ctimeNs, after.ino]).toEqual([
    before.size,
    before.mtimeNs,
    before.ctimeNs,
    before.ino,
  ])
  expect(await isEqual(two, 'large.bin', large)).toBe(false)

  await until('nothing is wrong as far as two knows', async () => (await needOf(two)) === 0, stepSeconds)
  expect(await two.daemon.ask('scrub', two.directory)).toMatch(/^Scrub since .* at most 21\.0 MB a second/)
  await until('scrubbed', async () => (await scrubOf(two)).last !== undefined, stepSeconds)
  expect((await scrubOf(two)).last).toMatchObject({ end: 'whole', files: 2, damaged: 1 })
  const check: CheckBody = await two.daemon.askJson('check', two.directory)
  expect(check).toMatchObject({
    gaps: [{ path: 'large.bin', kind: 'damaged' }],
    needFiles: 1,
    databaseFaults: [],
  })
  expect(await two.daemon.ask('check', two.directory)).toMatch(
    /The disk has damaged large\.bin.*The database is sound/s,
  )
  expect((await two.status()).folders[0]!.problems).toMatchObject([
    { path: 'large.bin', code: 'file-damaged' },
  ])

  // A newcomer that knows two alone.
  await three.add(full, two)
  await until('three has what is whole', () => three.has('note', 'a few words'), stepSeconds)
  await until('three waits for the rest', async () => (await needOf(three)) === 1, stepSeconds)
  await two.daemon.ask('rescan')
  expect(await readdir(three.directory)).not.toContain('large.bin')

  await one.restart()
  await until('two is repaired', () => isEqual(two, 'large.bin', large), stepSeconds)
  await until('three has it', () => isEqual(three, 'large.bin', large), stepSeconds)
  const damaged = Buffer.from(large)
  damaged[400_000]! ^= 0xff
  const [stamp] = await readdir(join(two.directory, '.sync/archive'))
  expect(await isEqual(two, `.sync/archive/${stamp}/large.bin`, damaged)).toBe(true)
  const { history } = await two.daemon.askJson('history', two.directory)
  expect(history[0]).toMatchObject({ path: 'large.bin', action: 'repaired' })
  for (const place of [one, two, three]) {
    await until('nothing is left to do', async () => (await needOf(place)) === 0, stepSeconds)
    expect((await readdir(place.directory)).sort()).toEqual(['.sync', 'large.bin', 'note'])
  }
  expect(await isEqual(one, 'large.bin', large)).toBe(true)
})

test('a scrub goes on after kill -9, and can be stopped', { timeout: 600_000 }, async () => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const one = await startPlace(root.path, 'one', stack)
  for (const name of ['a', 'b', 'c']) await writeFile(join(one.directory, name), randomBytes(5 * mib))
  await one.daemon.ask('add', one.directory)
  await one.daemon.ask('set', one.directory, 'scrubRate=64K')
  await until('all is known', async () => (await one.status()).folders[0]!.files === 3, stepSeconds)
  await one.daemon.ask('scrub', one.directory)
  await until('some is read', async () => ((await scrubOf(one)).running?.bytes ?? 0) > 0, stepSeconds)
  await one.daemon.end('SIGKILL')
  await one.restart()
  expect((await scrubOf(one)).running).toMatchObject({ by: 'person' })
  await one.daemon.ask('set', one.directory, 'scrubRate=0')
  await until('all is read', async () => (await scrubOf(one)).last !== undefined, stepSeconds)
  expect((await scrubOf(one)).last).toMatchObject({ end: 'whole', files: 3, damaged: 0 })
  await one.daemon.ask('set', one.directory, 'scrubRate=64K')
  await one.daemon.ask('scrub', one.directory)
  expect(await one.daemon.ask('scrub', one.directory, '--stop')).toContain('It was stopped.')
})
