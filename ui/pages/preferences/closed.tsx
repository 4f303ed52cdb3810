/** The closed system: its switch, and what leaves this device with and without it. */
import type { Settings } from '../../../src/api/schemas/settings.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Badge } from '../../parts/callout.tsx'
import { Section } from '../../parts/page.tsx'
import { SwitchSetting, useSetting } from '../../parts/setting.tsx'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import {
  type DeviceSwitches,
  type FolderSwitches,
  type LeavingRow,
  valuesOf,
  whatLeaves,
} from '../../state/device-settings.ts'
import { folders } from '../../state/live.ts'
import { t } from '../../text/translate.ts'

export function ClosedSection() {
  const ids = folders.value.map(({ id }) => id)
  const loading = useLoaded(ids.join(' '), (signal) => loadSwitches(ids, signal))
  return (
    <>
      <Section title={t('preferences-closed')} about={t('closed-about')}>
        <SwitchSetting name="closed" />
      </Section>
      <Section title={t('leaving-title')} about={t('leaving-about')}>
        <Show loading={loading}>{(switches) => <LeavingTable switches={switches} />}</Show>
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

function LeavingTable({ switches }: { readonly switches: readonly FolderSwitches[] }) {
  const rows = whatLeaves(useDeviceSwitches(), switches)
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
        <Badge tone={leaves ? 'waiting' : 'ok'}>{t(leaves ? 'leaving-yes' : 'leaving-no')}</Badge>
      </dd>
    </div>
  )
}

/** As they are chosen here, before anything is fetched again. */
function useDeviceSwitches(): DeviceSwitches {
  const value = <T,>(name: string): T => useSetting(name).shown.value as T
  return {
    closed: value<boolean>('closed'),
    portMapping: value<boolean>('portMapping'),
    trackers: value<readonly string[]>('trackers'),
    relays: value<readonly string[]>('relays'),
    dhtBootstrap: value<readonly string[]>('dhtBootstrap'),
  }
}
