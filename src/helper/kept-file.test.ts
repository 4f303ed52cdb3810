import { execFile } from 'node:child_process'
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { readKept } from './kept-file.ts'

const run = promisify(execFile)

test('only a plain file is read: no link is followed, and a pipe holds up nobody', async () => {
  await using temp = await makeTempDirectory()
  const file = (name: string) => join(temp.path, name)
  await writeFile(file('plain'), 'text')
  await symlink(file('plain'), file('link'))
  await run('mkfifo', [file('pipe')])
  await writeFile(file('large'), Buffer.alloc(256 * 1024 + 1))
  expect(await readKept(file('plain'))).toBe('text')
  for (const name of ['link', 'pipe', 'large', 'none', '.'])
    expect(await readKept(file(name)), name).toBeUndefined()
})

test('a file that its owner keeps exchanging for a pipe is read as a file or not at all', async () => {
  await using temp = await makeTempDirectory()
  const file = join(temp.path, 'config.json')
  // Another process, which does nothing but exchange them.
  const script = `cd "$0" && mkfifo pipe && echo text > plain && for i in $(seq 400); do ln -f plain next; mv -f next config.json; ln -f pipe next; mv -f next config.json; done`
  let isOver = false
  const exchanging = run('sh', ['-c', script, temp.path]).finally(() => {
    isOver = true
  })
  const seen = new Set<string | undefined>()
  while (!isOver) seen.add(await readKept(file))
  await exchanging
  expect([...seen].filter((text) => text !== undefined && text !== 'text\n')).toEqual([])
}, 20_000)
