import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createMemoryLog } from '../testing/memory-log.ts'
import { silentLog } from '../testing/silent-log.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { keepDhtTable, readDhtTable } from './dht-table.ts'

const nodes = Array.from({ length: 300 }, (_, at) => ({ host: `198.51.100.${at % 250}`, port: 6881 + at }))

test('what was kept is read again, and no more than some', async () => {
  await using directory = await makeTempDirectory()
  const file = join(directory.path, 'dht.json')
  expect(await readDhtTable(file, silentLog)).toEqual([])
  const kept = await keepDhtTable(file, nodes, [], silentLog)
  const read = await readDhtTable(file, silentLog)
  expect(read).toEqual(kept)
  expect(read).toEqual(nodes.slice(0, read.length))
  expect(read.length).toBeGreaterThan(20)
  expect(read.length).toBeLessThan(100)
})

test('those of before stay as long as there is room', async () => {
  await using directory = await makeTempDirectory()
  const file = join(directory.path, 'dht.json')
  const [first, second, third] = nodes
  const before = await keepDhtTable(file, [first!, second!], [], silentLog)
  await keepDhtTable(file, [], before, silentLog)
  expect(await readDhtTable(file, silentLog)).toEqual([first, second])
  await keepDhtTable(file, [third!, second!], before, silentLog)
  expect(await readDhtTable(file, silentLog)).toEqual([third, second, first])
})

test.each([
  ['nothing', ''],
  ['half of it', '{"nodes":["198.51'],
  ['another thing', '[]'],
  ['no addresses', '{"nodes":["198.51.100.1:0"]}'],
  ['what is no text', '{"nodes":[{"host":1}]}'],
  ['null', 'null'],
  ['a very long one', `{"nodes":["198.51.100.1:1"${' '.repeat(100_000)}]}`],
])('a damaged file is as none, and said so: %s', async (_, text) => {
  await using directory = await makeTempDirectory()
  const file = join(directory.path, 'dht.json')
  await writeFile(file, text)
  const log = createMemoryLog()
  expect(await readDhtTable(file, log)).toEqual([])
  expect(log.lines.map(({ level }) => level)).toEqual(['warn'])
  await keepDhtTable(file, nodes.slice(0, 2), [], log)
  expect(await readFile(file, 'utf8')).toBe('{"nodes":["198.51.100.0:6881","198.51.100.1:6882"]}\n')
})
