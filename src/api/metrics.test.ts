import { mkdir } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { startSteeredDevice } from '../testing/steered-device.ts'
import { createMetrics } from './metrics.ts'
import type { Status } from './schemas/status.ts'

const limits = { upload: 0, download: 0 }

function folderOf(
  id: string,
  path: string,
  state: Status['folders'][number]['state'],
): Status['folders'][number] {
  return {
    ...{ id, path, role: 'full', state, explanation: '', settled: false, files: 3, bytes: 30 },
    ...{ needFiles: 1, needBytes: 10, localChanges: 0, conflicts: 0, notKept: { files: 0, bytes: 0 } },
    ...{ hosts: [], limits, peers: [], routes: [], problems: [], receivedPerSecond: 0, sentPerSecond: 0 },
  }
}

function statusOf(folders: Status['folders'], received = 0): Status {
  const limitsInForce = { ...limits, lan: false, paused: false, by: 'settings' } as const
  return {
    device: {
      id: 'd',
      name: 'd',
      version: '1.2',
      listen: '',
      pid: 1,
      appliance: false,
      limits: limitsInForce,
    },
    folders,
    traffic: { received, sent: 5, receivedPerSecond: 0, sentPerSecond: 0 },
  }
}

test('numbers are those of the status, and a folder that went leaves none', async () => {
  const metrics = createMetrics()
  const before = await metrics.write(
    statusOf([folderOf('a', '/a', 'syncing'), folderOf('b', '/"b"\n', 'halted')], 7),
  )
  expect(before.contentType).toContain('text/plain')
  for (const line of [
    'berrysync_info{version="1.2"} 1',
    'berrysync_folders{state="syncing"} 1',
    'berrysync_folders{state="paused"} 0',
    'berrysync_folder_need_bytes{id="a",path="/a"} 10',
    'berrysync_folder_files{id="b",path="/\\"b\\"\\n"} 3',
    'berrysync_received_bytes_total 7',
  ])
    expect(before.text.split('\n')).toContain(line)
  expect(before.text).toMatch(/^process_resident_memory_bytes \d+$/m)
  const after = await metrics.write(statusOf([folderOf('a', '/a', 'up-to-date')], 9))
  expect(after.text).not.toContain('id="b"')
  expect(after.text).toContain('berrysync_received_bytes_total 9\n')
  expect(after.text).toContain('berrysync_folders{state="syncing"} 0\n')
})

test('folders beyond those anybody plots have no lines of their own', async () => {
  const many = Array.from({ length: 600 }, (_, at) => folderOf(`${at}`, `/${at}`, 'paused'))
  const { text: lines } = await createMetrics().write(statusOf(many))
  expect(lines.match(/^berrysync_folder_files\{/gm)).toHaveLength(500)
  expect(lines).toContain('berrysync_folders{state="paused"} 600\n')
})

test('there are none before somebody switches them on', async () => {
  await using device = await startSteeredDevice()
  const read = async () => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly [number, string]>()
    request({ socketPath: join(device.home, 'control.sock'), path: '/metrics', agent: false }, (response) => {
      text(response).then((body) => resolve([response.statusCode!, body]), reject)
    }).end()
    return promise
  }
  expect((await read())[0]).toBe(404)
  await device.run('config', 'metrics=on')
  const path = join(device.root, 'folder')
  await mkdir(path)
  await device.run('add', path)
  const [status, lines] = await read()
  expect(status).toBe(200)
  expect(lines).toContain(`path="${path}"`)
  await device.run('config', 'metrics=off')
  expect((await read())[0]).toBe(404)
})
