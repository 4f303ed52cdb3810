import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const here = fileURLToPath(new URL('.', import.meta.url))
const binaries = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url))

test('P2 the generated code is what berrysync.proto says: `npm run proto` renews it', async () => {
  const out = await mkdtemp(join(tmpdir(), 'berrysync-proto-'))
  try {
    const env = { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH}`, HOME: out }
    const run = (args: string[]) => promisify(execFile)(join(binaries, 'buf'), args, { cwd: here, env })
    await run(['lint'])
    await run(['generate', '--output', out])
    const names = await readdir(join(here, 'generated'))
    expect(await readdir(join(out, 'generated'))).toEqual(names)
    for (const name of names) {
      const made = await readFile(join(out, 'generated', name), 'utf8')
      expect(made).toBe(await readFile(join(here, 'generated', name), 'utf8'))
    }
  } finally {
    await rm(out, { recursive: true })
  }
})
