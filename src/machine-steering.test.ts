import { expect, test } from 'vitest'
import type { MachineFacts } from './appliance/system-facts.ts'
import { isSyncError, SyncError } from './core/errors.ts'
import { type Appliance, createMachineSteering } from './machine-steering.ts'

const facts: MachineFacts = { busy: 0.5, uptimeSeconds: 60, addresses: [], diskErrors: [] }
const factSource = { read: async () => facts }
const described = {
  ...{ model: 'a board', hostName: 'pi', timeZone: 'UTC', lastStart: 'crash', releases: null },
  ssh: { enabled: false, keys: [], fingerprint: null },
}

function steered(answers: Readonly<Record<string, unknown>> = {}) {
  const asked: object[] = []
  const appliance = {
    async ask(request: { readonly verb: string }) {
      asked.push(request)
      const answer = answers[request.verb] ?? (request.verb === 'describe' ? described : {})
      if (answer instanceof Error) throw answer
      return answer
    },
    identify: () => undefined,
  } as unknown as Appliance
  return { asked, steering: createMachineSteering(factSource, appliance) }
}

async function codeOf(deed: Promise<unknown>): Promise<string> {
  const thrown: unknown = await deed.then(
    () => undefined,
    (error: unknown) => error,
  )
  return isSyncError(thrown) ? thrown.code : `${thrown}`
}

test('a machine that is no appliance tells of itself and refuses all else', async () => {
  const steering = createMachineSteering(factSource, undefined)
  expect(await steering.system()).toEqual({ machine: facts })
  const deeds = [
    ...[steering.setHostName('pi'), steering.setTimeZone('UTC'), steering.setSsh(false)],
    ...[steering.restartDaemon(), steering.reboot(), steering.powerOff(), steering.identify()],
    ...[steering.logs(), steering.factoryReset('reset')],
  ]
  expect(new Set(await Promise.all(deeds.map(codeOf)))).toEqual(new Set(['appliance-only']))
})

test('facts are shown where the helper does not answer, with the reason', async () => {
  const { steering } = steered({ describe: new SyncError('io-error', { path: '/run/x', reason: 'gone' }) })
  expect(await steering.system()).toEqual({ machine: facts, appliance: { reason: '/run/x: gone.' } })
})

test('what the helper tells is shown without what is missing', async () => {
  const { steering } = steered()
  const { machine, appliance } = await steering.system()
  expect(machine.model).toBe('a board')
  expect(appliance).toEqual({
    ...{ hostName: 'pi', timeZone: 'UTC', lastStart: 'crash', canIdentify: false, resetText: 'reset' },
    ssh: { enabled: false, keys: [] },
  })
})

test('a host name is taken in small letters, or refused before the helper hears of it', async () => {
  const { steering, asked } = steered()
  await steering.setHostName(' Attic-Pi ')
  expect(asked).toEqual([{ verb: 'set-host-name', value: 'attic-pi' }])
  for (const wrong of ['', 'attic pi', '-pi', 'pi-', 'a.b', 'кухня', 'x'.repeat(64), 'pi;reboot'])
    expect(await codeOf(steering.setHostName(wrong)), wrong).toBe('setting-invalid')
  expect(asked).toHaveLength(1)
})

test('only a time zone that exists is set', async () => {
  const { steering, asked } = steered()
  await steering.setTimeZone('Europe/Berlin')
  expect(await codeOf(steering.setTimeZone('../../etc/shadow'))).toBe('setting-invalid')
  expect(asked).toEqual([{ verb: 'set-time-zone', value: 'Europe/Berlin' }])
  expect(steering.timeZones()).toContain('UTC')
})

test('SSH is switched on only where somebody could log in', async () => {
  const without = steered()
  expect(await codeOf(without.steering.setSsh(true))).toBe('setting-invalid')
  const keys = [{ kind: 'ssh-ed25519', comment: 'ann@desk' }]
  const { steering, asked } = steered({ describe: { ...described, ssh: { ...described.ssh, keys } } })
  await steering.setSsh(true)
  await steering.setSsh(false)
  expect([...without.asked, ...asked].filter((request) => 'value' in request)).toEqual([
    { verb: 'set-ssh', value: true },
    { verb: 'set-ssh', value: false },
  ])
})

test('A8 a factory reset takes the right word', async () => {
  const { steering, asked } = steered()
  expect(await codeOf(steering.factoryReset('yes'))).toBe('request-invalid')
  expect(asked).toEqual([])
  await steering.factoryReset(' RESET ')
  expect(asked).toEqual([{ verb: 'factory-reset', typed: 'reset' }])
})

test('its lights blink where it has some', async () => {
  let blinks = 0
  const lit = { ask: async () => described, identify: () => () => (blinks += 1) } as unknown as Appliance
  const steering = createMachineSteering(factSource, lit)
  expect((await steering.system()).appliance).toMatchObject({ canIdentify: true })
  await steering.identify()
  expect(blinks).toBe(1)
  expect(await codeOf(steered().steering.identify())).toBe('not-found')
})
