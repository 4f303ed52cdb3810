/**
 * Answers what the API asks about the machine and of it. Facts come from every machine; all else goes to the helper of an appliance, and what
 * a person typed is read here first, so that a mistake is told in words.
 */
import { Check } from 'typebox/value'
import type { System } from './api/schemas/system.ts'
import type { SystemSteering } from './api/system-steering.ts'
import type { SystemFacts } from './appliance/system-facts.ts'
import { isSyncError, SyncError } from './core/errors.ts'
import { type DoneOf, factoryResetText, type HelperRequest, HostName } from './helper/verbs.ts'

/** What an appliance can do besides syncing. */
export interface Appliance {
  /** Has the helper do it. Throws what the helper says, or that it does not answer. */
  ask<R extends HelperRequest>(request: R): Promise<DoneOf<R['verb']>>
  /** Lets the lights blink for a while. Asked each time, because lights come up late; undefined where there is none. */
  identify(): (() => void) | undefined
}

/** `appliance` is undefined where the daemon does not run as one. */
export function createMachineSteering(facts: SystemFacts, appliance: Appliance | undefined): SystemSteering {
  function applianceOrThrow(): Appliance {
    if (appliance === undefined) throw new SyncError('appliance-only')
    return appliance
  }

  async function ask<R extends HelperRequest>(request: R): Promise<DoneOf<R['verb']>> {
    return applianceOrThrow().ask(request)
  }

  /** What the helper tells. It knows the board for certain. */
  async function describe(): Promise<{ readonly model?: string; readonly told?: System['appliance'] }> {
    if (appliance === undefined) return {}
    try {
      const { model, hostName, timeZone, lastStart, ssh } = await ask({ verb: 'describe' })
      const told = {
        ...{ hostName, timeZone, lastStart, resetText: factoryResetText },
        ssh: {
          enabled: ssh.enabled,
          keys: ssh.keys,
          ...(ssh.fingerprint === null ? {} : { fingerprint: ssh.fingerprint }),
        },
        canIdentify: appliance.identify() !== undefined,
      }
      return model === null ? { told } : { model, told }
    } catch (error) {
      // The facts are worth showing all the same.
      if (!isSyncError(error)) throw error
      return { told: { reason: error.message } }
    }
  }

  return {
    async system() {
      const [{ addresses, diskErrors, ...machine }, { told, model }] = await Promise.all([
        facts.read(),
        describe(),
      ])
      return {
        machine: {
          ...machine,
          ...(model === undefined ? {} : { model }),
          ...{ addresses: [...addresses], diskErrors: [...diskErrors] },
        },
        ...(told === undefined ? {} : { appliance: told }),
      }
    },
    timeZones,
    async setHostName(given) {
      const value = given.trim().toLowerCase()
      if (!Check(HostName, value)) {
        const reason = 'use letters a to z, digits and dashes, 63 at most, no dash at either end'
        throw new SyncError('setting-invalid', { key: 'hostName', value: given, reason })
      }
      await ask({ verb: 'set-host-name', value })
    },
    async setTimeZone(value) {
      if (!timeZones().includes(value)) {
        const reason = 'choose one like Europe/Berlin or UTC'
        throw new SyncError('setting-invalid', { key: 'timeZone', value, reason })
      }
      await ask({ verb: 'set-time-zone', value })
    },
    async setSsh(enabled) {
      if (enabled && (await ask({ verb: 'describe' })).ssh.keys.length === 0)
        throw new SyncError('setting-invalid', {
          ...{ key: 'ssh', value: 'on' },
          reason: 'nobody could log in, so write a public key into berrysync.txt on the card first',
        })
      await ask({ verb: 'set-ssh', value: enabled })
    },
    async restartDaemon() {
      await ask({ verb: 'restart' })
    },
    async reboot() {
      await ask({ verb: 'reboot' })
    },
    async powerOff() {
      await ask({ verb: 'power-off' })
    },
    async identify() {
      const blink = applianceOrThrow().identify()
      if (blink === undefined) throw new SyncError('not-found', { what: 'A light that could blink' })
      blink()
    },
    async logs() {
      return (await ask({ verb: 'logs' })).text
    },
    async factoryReset(given) {
      const typed = given.trim().toLowerCase()
      if (typed !== factoryResetText)
        throw new SyncError('request-invalid', {
          reason: `Type ${factoryResetText} to say that you mean it.`,
        })
      await ask({ verb: 'factory-reset', typed })
    },
  }
}

/** Those the runtime knows; it leaves out the simplest. */
function timeZones(): readonly string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC')]
}
