import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const demo = fileURLToPath(new URL('../testing/demo.ts', import.meta.url))
const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith('berrysync-demo-'))

test('the demo shows files arriving, and leaves nothing behind', async () => {
  const before = leftovers()
  const { stdout } = await promisify(execFile)(process.execPath, [demo, '--once'])
  expect(stdout).toContain('[listener] received welcome.txt')
  expect(stdout).toContain('[listener] received episodes/002 The second one.mp3 (12.0 MB)')
  expect(leftovers()).toEqual(before)
})
