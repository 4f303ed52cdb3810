/** `berrysync relay` as a process: reads what was typed, and gives the relay the real clock and chance. */
import type { RelayCommand } from './cli/session.ts'
import { formatHostPort, parseListenAddress } from './net/address.ts'
import type { Log } from './ports.ts'
import { defaultRelayLimits, openRelay, type Relay } from './servers/relay.ts'
import { deviceSettingTable, type SettingTable } from './setting-table.ts'
import { settingsFromTexts, withDefaults } from './setting-values.ts'
import { systemChance, systemClock } from './system.ts'
import { relayPort } from './wire/relay-protocol.ts'

interface RelaySettings {
  readonly listen: string
  readonly 'max-rate': number
  readonly 'max-pair-rate': number
}

/** Addresses and rates are written as for a device. */
const device = deviceSettingTable('', '')
const relaySettingTable: SettingTable<RelaySettings> = {
  listen: { ...device.listen, default: `0.0.0.0:${relayPort}` },
  'max-rate': { ...device.uploadLimit, default: defaultRelayLimits.rate },
  'max-pair-rate': { ...device.uploadLimit, default: defaultRelayLimits.pairRate },
}

/** Throws `setting-invalid`, `port-in-use` or `listen-failed`. */
export async function startRelay(given: Omit<RelayCommand, 'logLevel'>, log: Log): Promise<Relay> {
  const { listen, maxRate, maxPairRate, maxClients, maxPairs } = given
  const texts = Object.entries({ listen, 'max-rate': maxRate, 'max-pair-rate': maxPairRate })
  const typed = texts.filter((entry): entry is [string, string] => entry[1] !== undefined)
  const settings = withDefaults(
    relaySettingTable,
    settingsFromTexts(relaySettingTable, Object.fromEntries(typed)),
  )
  const relay = await openRelay({
    address: parseListenAddress(settings.listen),
    limits: {
      ...defaultRelayLimits,
      rate: settings['max-rate'],
      pairRate: settings['max-pair-rate'],
      clients: maxClients ?? defaultRelayLimits.clients,
      pairs: maxPairs ?? defaultRelayLimits.pairs,
    },
    ...{ clock: systemClock, chance: systemChance, log },
  })
  log.info({ listen: formatHostPort(relay.address) }, 'ready')
  return relay
}
