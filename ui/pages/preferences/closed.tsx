/** The closed system: its switch, and what leaves this device with and without it. */
import type { Settings } from '../../../src/api/schemas/settings.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Icon } from '../../parts/icon.tsx'
import { Section } from '../../parts/page.tsx'
import { SwitchSetting, useSetting } from '../../parts/setting.tsx'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import {
  type DeviceSwitches,
  type FolderSwitches,
  type LeavingRow,
  overruledBy,
  valuesOf,
  whatLeaves,
} from '../../state/device-settings.ts'
import { device, folders } from '../../state/live.ts'
import { t } from '../../text/translate.ts'

export function ClosedSection({ told }: { readonly told: Settings }) {
  const ids = folders.value.map(({ id }) => id)
  const loading = useLoaded(ids.join(' '), (signal) => loadSwitches(ids, signal))
  return (
    <>
      <Section title={t('preferences-closed')} about={t('closed-about')}>
        <SwitchSetting name="closed" />
      </Section>
      <Section title={t('leaving-title')} about={t('leaving-about')}>
        <Show loading={loading}>{(switches) => <LeavingTable told={told} switches={switches} />}</Show>
      </Section>
    </>
  )
}

function loadSwitches(ids: readonly string[], signal: AbortSignal): Promise<readonly FolderSwitches[]> {
  return Promise.all(
    ids.map(async (id) =>
      valuesOf<FolderSwitches>(await api.get<Settings>(folderAddress(id, '/settings'), {}, signal)),
    ),
  )
}

function LeavingTable({
  told,
  switches,
}: {
  readonly told: Settings
  readonly switches: readonly FolderSwitches[]
}) {
  const rows = whatLeaves(useDeviceSwitches(told), switches)
  return (
    <ul class="leaving">
      {rows.map((row) => (
        <li key={row.what}>
          <div>
            <h3>{t(`leaving-${row.what}`)}</h3>
            <p class="about">
              {t(`leaving-${row.what}-about`, { folders: row.folders, targets: row.targets })}
            </p>
          </div>
          <dl>
            <Verdict name={t('leaving-now')} leaves={row.leavesNow} />
            <Verdict name={t('leaving-closed')} leaves={row.leavesClosed} />
          </dl>
        </li>
      ))}
    </ul>
  )
}

function Verdict({ name, leaves }: { readonly name: string; readonly leaves: LeavingRow['leavesNow'] }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span class={`badge tone-${leaves ? 'waiting' : 'ok'}`}>
          <Icon name={leaves ? 'out' : 'check'} />
          {t(leaves ? 'leaving-yes' : 'leaving-no')}
        </span>
      </dd>
    </div>
  )
}

/** As they are chosen here, before anything is fetched again; an option of this run holds above that. */
function useDeviceSwitches({ settings }: Settings): DeviceSwitches {
  const closed = useSetting('closed').shown.value
  const portMapping = useSetting('portMapping').shown.value
  const trackers = useSetting('trackers').shown.value
  const relays = useSetting('relays').shown.value
  const dhtBootstrap = useSetting('dhtBootstrap').shown.value
  const ssdp = useSetting('ssdp').shown.value
  const option = overruledBy(settings, 'closed')
  return {
    closed: option === undefined ? closed === true : option === 'on',
    portMapping: portMapping === true,
    trackers: trackers as readonly string[],
    relays: relays as readonly string[],
    dhtBootstrap: dhtBootstrap as readonly string[],
    ssdp: ssdp === true,
    web: device.value?.web,
    appliance: device.value?.appliance === true,
  }
}
