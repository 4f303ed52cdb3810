/** How the machine is, and on an appliance what it is called and what can be done with it. */
import type { ComponentChildren } from 'preact'
import type { System } from '../../../src/api/schemas/system.ts'
import { Callout } from '../../parts/callout.tsx'
import { Facts, Section } from '../../parts/page.tsx'
import { When } from '../../parts/values.tsx'
import { device } from '../../state/live.ts'
import { now } from '../../state/now.ts'
import { applianceOf, concernsOf, startOf } from '../../state/system-words.ts'
import { formatPercent } from '../../text/format.ts'
import { t } from '../../text/translate.ts'
import { ActionsSection } from './actions.tsx'
import { LightsSection } from './lights.tsx'
import { NamesSection } from './names.tsx'
import { SshSection } from './ssh.tsx'

export function MachineSection({ system, reload }: { readonly system: System; readonly reload: () => void }) {
  const appliance = applianceOf(system)
  const away = system.appliance !== undefined && 'reason' in system.appliance ? system.appliance : undefined
  return (
    <>
      {concernsOf(system).map(({ tone, key, args }) => (
        <Callout key={key} tone={tone}>
          {t(key, args)}
        </Callout>
      ))}
      {away && <Callout tone="problem">{t('system-helper-away', { reason: away.reason })}</Callout>}
      <Section title={system.machine.model ?? t('devices-this')} about={system.machine.system}>
        <Facts facts={factsOf(system)} />
      </Section>
      {appliance && (
        <>
          <NamesSection appliance={appliance} reload={reload} />
          <ActionsSection appliance={appliance} />
          <SshSection appliance={appliance} reload={reload} />
          <LightsSection />
        </>
      )}
    </>
  )
}

function factsOf(system: System): (readonly [string, ComponentChildren])[] {
  const { temperature, memory, storage, power, busy, addresses } = system.machine
  const lastStart = applianceOf(system)?.lastStart
  const facts: (readonly [string, ComponentChildren] | false)[] = [
    temperature !== undefined && [t('system-temperature'), `${temperature} °C`],
    power !== undefined && [
      t('system-power'),
      t(power === 'good' ? 'system-power-good' : 'system-power-weak'),
    ],
    busy !== undefined && [t('system-busy'), t('system-busy-part', { part: formatPercent(busy) })],
    memory !== undefined && [
      t('system-memory'),
      t('free-of', { free: memory.available, total: memory.total }),
    ],
    storage !== undefined && [t('system-storage'), t('free-of', storage)],
    [
      t('system-started'),
      <>
        <When at={startOf(system, now.value)} />
        {lastStart && `, ${t(`system-start-${lastStart}`)}`}
      </>,
    ],
    [t('devices-version'), device.value?.version],
    [
      t('system-addresses'),
      addresses.map(({ name, address }) => (
        <span key={address} class="code address" title={name}>
          {address}
        </span>
      )),
    ],
  ]
  return facts.filter((fact) => fact !== false)
}
