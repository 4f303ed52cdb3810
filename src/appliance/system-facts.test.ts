import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { createSystemFacts, powerOfRegister, readDiskErrors, readPower, type Survey } from './system-facts.ts'

async function writeSys(root: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), text)
  }
  return root
}

const survey: Survey = {
  system: async () => ({ manufacturer: 'Raspberry Pi Foundation', model: 'a board' }),
  osInfo: async () => ({ distro: 'Debian GNU/Linux', release: '13', codename: 'trixie' }),
  cpuTemperature: async () => ({ main: 51.6 }),
  mem: async () => ({ total: 1000, available: 400 }),
}

function factsWith(over: Partial<Survey>, sys = '/none') {
  const clock = createManualClock(0)
  let asked = 0
  const facts = createSystemFacts({
    ...{ clock, log: createMemoryLog(), sys, processor: { busy: () => 0.4 } },
    addresses: () => [{ name: 'eth0', address: '192.0.2.9' }],
    space: async () => ({ totalBytes: 5000, freeBytes: 3000 }),
    async loadSurvey() {
      asked += 1
      return { ...survey, ...over }
    },
  })
  return { clock, facts, asked: () => asked }
}

test('says what the machine tells', async () => {
  await using directory = await makeTempDirectory()
  const sys = await writeSys(directory.path, {
    'firmware/devicetree/base/model': 'Raspberry Pi 4 Model B Rev 1.4\0',
  })
  expect(await factsWith({}, sys).facts.read()).toMatchObject({
    ...{
      busy: 0.4,
      model: 'Raspberry Pi 4 Model B Rev 1.4',
      system: 'Debian GNU/Linux 13 (trixie)',
      temperature: 52,
    },
    ...{ memory: { total: 1000, available: 400 }, storage: { total: 5000, free: 3000 } },
    ...{ addresses: [{ name: 'eth0', address: '192.0.2.9' }], diskErrors: [] },
  })
})

test('leaves out what it does not tell, and one failure takes nothing from the rest', async () => {
  const fail = () => Promise.reject(new Error('no such call'))
  const told = await factsWith({
    cpuTemperature: async () => ({ main: null }),
    mem: fail,
    system: fail,
  }).facts.read()
  expect(told).not.toHaveProperty('temperature')
  expect(told).not.toHaveProperty('memory')
  expect(told).not.toHaveProperty('model')
  expect(told).not.toHaveProperty('power')
  expect(told).toMatchObject({ system: 'Debian GNU/Linux 13 (trixie)', uptimeSeconds: expect.any(Number) })
})

test('looks once in five seconds, however many ask', async () => {
  const { clock, facts, asked } = factsWith({})
  await Promise.all([facts.read(), facts.read()])
  await clock.advance(4900)
  await facts.read()
  expect(asked()).toBe(1)
  await clock.advance(200)
  await facts.read()
  expect(asked()).toBe(2)
})

test('the real library knows this machine', async () => {
  const facts = createSystemFacts({
    ...{
      clock: createManualClock(0),
      log: createMemoryLog(),
      processor: { busy: () => undefined },
      addresses: () => [],
      space: async () => undefined,
    },
  })
  const { system, memory, ...others } = await facts.read()
  expect(others).not.toHaveProperty('busy')
  expect(system).toMatch(/\w/)
  expect(memory!.total).toBeGreaterThan(memory!.available)
})

test.each([
  [0x0, 'good'],
  [0x1, 'low-now'],
  [0x50005, 'low-now'],
  [0x50000, 'low-before'],
  [0x2, 'throttled'],
  [0x8, 'throttled'],
  [0x40000, 'good'],
] as const)('the firmware register %x means %s', (bits, power) => {
  expect(powerOfRegister(bits)).toBe(power)
})

test('a weak supply is told by the driver, or by the firmware, or not at all', async () => {
  await using directory = await makeTempDirectory()
  const driver = await writeSys(join(directory.path, 'driver'), {
    'class/hwmon/hwmon0/name': 'cpu_thermal\n',
    'class/hwmon/hwmon1/name': 'rpi_volt\n',
    'class/hwmon/hwmon1/in0_lcrit_alarm': '1\n',
  })
  expect(await readPower(driver)).toBe('low-now')
  await writeSys(driver, { 'class/hwmon/hwmon1/in0_lcrit_alarm': '0\n' })
  expect(await readPower(driver)).toBe('good')
  const firmware = await writeSys(join(directory.path, 'firmware'), {
    'devices/platform/soc/soc:firmware/get_throttled': '50000\n',
  })
  expect(await readPower(firmware)).toBe('low-before')
  expect(await readPower(join(directory.path, 'neither'))).toBeUndefined()
})

test('partitions whose file system noted errors are named', async () => {
  await using directory = await makeTempDirectory()
  const sys = await writeSys(directory.path, {
    'fs/ext4/features/lazy_itable_init': 'supported\n',
    'fs/ext4/mmcblk0p2/errors_count': '0\n',
    'fs/ext4/sda1/errors_count': '3\n',
  })
  expect(await readDiskErrors(sys)).toEqual([{ device: 'sda1', errors: 3 }])
})
