import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { replaceFile } from './durable-file.ts'
import { makeTempDirectory } from './testing/temp-directory.ts'

test('the new text takes the place of the old one, for its owner alone, and nothing is left beside it', async () => {
  await using directory = await makeTempDirectory()
  const file = join(directory.path, 'state.json')
  await writeFile(file, 'old, and open to all', { mode: 0o644 })
  await writeFile(`${file}.new`, 'left behind by a crash, and much longer than what comes', { mode: 0o644 })
  await replaceFile(file, 'new')
  expect(await readFile(file, 'utf8')).toBe('new')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readdir(directory.path)).toEqual(['state.json'])
})

test('a text that cannot be written leaves the old one', async () => {
  await using directory = await makeTempDirectory()
  const file = join(directory.path, 'state.json')
  await expect(replaceFile(join(file, 'below'), 'new')).rejects.toMatchObject({ code: 'ENOENT' })
  await writeFile(file, 'old')
  await expect(replaceFile(join(file, 'below'), 'new')).rejects.toMatchObject({ code: 'ENOTDIR' })
  expect(await readFile(file, 'utf8')).toBe('old')
})
