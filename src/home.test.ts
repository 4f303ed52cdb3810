import { once } from 'node:events'
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { openHome, openSocketPath } from './home.ts'
import { makeTempDirectory } from './testing/temp-directory.ts'

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777

test('a home is made with its parents, private, and free again after disposing', async () => {
  await using directory = await makeTempDirectory()
  const path = join(directory.path, 'a', 'b')
  {
    await using home = await openHome(path)
    expect(home.path).toBe(path)
    expect(await modeOf(path)).toBe(0o700)
    await expect(openHome(path)).rejects.toMatchObject({
      code: 'home-in-use',
      data: { home: path, pid: String(process.pid) },
    })
  }
  await using again = await openHome(path)
  expect(again.path).toBe(path)
})

test('a home left by a process that died without a word can be used', async () => {
  await using directory = await makeTempDirectory()
  {
    await using _ = await openHome(directory.path)
  }
  await writeFile(join(directory.path, 'daemon.pid'), '1\n')
  await using home = await openHome(directory.path)
  expect(home.path).toBe(directory.path)
})

test('a directory that is not ours keeps its mode', async () => {
  await using directory = await makeTempDirectory()
  await writeFile(join(directory.path, 'setup.json'), '{}')
  await chmod(directory.path, 0o755)
  {
    await using _ = await openHome(directory.path)
    expect(await modeOf(directory.path)).toBe(0o755)
  }
  const empty = join(directory.path, 'empty')
  await mkdir(empty, { mode: 0o755 })
  await using _ = await openHome(empty)
  expect(await modeOf(empty)).toBe(0o700)
})

test('a home that cannot be made says why', async () => {
  await using directory = await makeTempDirectory()
  const file = join(directory.path, 'file')
  await writeFile(file, '')
  await expect(openHome(join(file, 'home'))).rejects.toMatchObject({ code: 'home-unusable' })
})

test('another thread of execution cannot take a home that is taken', async () => {
  await using directory = await makeTempDirectory()
  await using _ = await openHome(directory.path)
  const module = new URL('./store/exclusive-lock.ts', import.meta.url).href
  const code = `import(${JSON.stringify(module)}).then(({ tryExclusiveLock }) => {
    const lock = tryExclusiveLock(${JSON.stringify(join(directory.path, 'daemon.lock'))})
    require('node:worker_threads').parentPort.postMessage(lock === undefined ? 'taken' : 'free')
  })`
  const worker = new Worker(code, { eval: true })
  expect(await once(worker, 'message')).toEqual(['taken'])
  await worker.terminate()
})

test('the control socket can be reached however long the path is', async () => {
  await using directory = await makeTempDirectory()
  const home = join(directory.path, 'x'.repeat(200))
  await mkdir(home)
  using path = openSocketPath(home)
  const server = createServer((socket) => socket.end('here'))
  server.listen(path.path)
  await once(server, 'listening')
  using other = openSocketPath(home)
  const [text] = await once(connect(other.path).setEncoding('utf8'), 'data')
  expect(text).toBe('here')
  expect((await stat(join(home, 'control.sock'))).isSocket()).toBe(true)
  server.close()
})
