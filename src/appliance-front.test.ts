import { expect, test } from 'vitest'
import type { DiskFacts } from './appliance/disk-facts.ts'
import { createFrontDisks } from './appliance-front.ts'
import { SyncError } from './core/errors.ts'

function make(states: readonly DiskFacts['state'][], failing: readonly string[] = []) {
  const asked: unknown[] = []
  const disks = createFrontDisks({
    disks: {
      list: () => states.map((state, at) => ({ device: `sd${'abcdef'[at]}1`, state }) as DiskFacts),
      workOn: ({ device }) => (device === 'sdb1' ? { verb: 'repair', progress: undefined } : undefined),
    },
    steering: {
      async ejectDisk(device) {
        asked.push(device)
        if (failing.includes(device)) throw new SyncError('disk-in-use', { disk: device, users: 'somebody' })
        return { device, finished: true }
      },
    },
    helper: {
      async ask(request) {
        asked.push(request)
        return {} as never
      },
    },
  })
  return { asked, disks }
}

test('a disk that something is done to is not to be pulled', () => {
  expect(make(['attached', 'attached', 'ejected']).disks.states()).toEqual([
    'attached',
    'checking',
    'ejected',
  ])
})

test('A8: a short press ejects every disk that is attached, also when one of them fails', async () => {
  const { asked, disks } = make(['attached', 'attached', 'blank', 'attached'], ['sda1'])
  await expect(disks.ejectAll()).rejects.toThrow('still in use')
  expect(asked).toEqual(['sda1', 'sdb1', 'sdd1'])
})

test('A8: a factory reset is asked of the helper alone, and no disk is named', async () => {
  const { asked, disks } = make(['attached'])
  await disks.factoryReset()
  expect(asked).toEqual([{ verb: 'factory-reset', typed: 'reset' }])
})
