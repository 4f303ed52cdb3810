/** How a folder is synced: who is found and how, limits, order, the archive, what is ignored, and how to stop. */
import { useMemo } from 'preact/hooks'
import type { Settings } from '../../../src/api/schemas/settings.ts'
import type { FolderStatusBody } from '../../../src/api/schemas/status.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Callout } from '../../parts/callout.tsx'
import { Section } from '../../parts/page.tsx'
import {
  AmountSetting,
  SelectSetting,
  type SettingPlace,
  SettingsIn,
  SwitchSetting,
} from '../../parts/setting.tsx'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import { hrefOf } from '../../state/route.ts'
import { createSettingStore } from '../../state/setting-store.ts'
import { errorText, t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'
import { HostsSection } from './settings-hosts.tsx'
import { IgnoreSection } from './settings-ignore.tsx'
import { LeaveSection } from './settings-leave.tsx'

export function SettingsTab({ folder }: FolderTabProps) {
  const address = folderAddress(folder.id, '/settings')
  const loading = useLoaded(folder.id, async (signal) => {
    const [own, device] = await Promise.all([
      api.get<Settings>(address, {}, signal),
      api.get<Settings>('/api/settings', {}, signal),
    ])
    return { own, isClosed: device.settings.some(({ key, value }) => key === 'closed' && value === true) }
  })
  return (
    <>
      <Show loading={loading}>
        {({ own, isClosed }) => <Sections {...{ folder, address, own, isClosed }} />}
      </Show>
      {folder.state !== 'joining' && folder.state !== 'refused' && <IgnoreSection folder={folder} />}
      <LeaveSection folder={folder} />
    </>
  )
}

function Sections({
  folder,
  address,
  own,
  isClosed,
}: {
  readonly folder: FolderStatusBody
  readonly address: string
  readonly own: Settings
  readonly isClosed: boolean
}) {
  const place = useMemo<SettingPlace>(() => {
    return {
      store: createSettingStore(own, (values) => api.patch<Settings>(address, { values })),
      label: (key) => t(`folder-setting-${key}`),
      about: (key) => t(`folder-about-${key}`),
      fault: (key, error) => (error.code === 'setting-invalid' ? t(`folder-fault-${key}`) : errorText(error)),
    }
  }, [own, address])
  return (
    <SettingsIn value={place}>
      <Section title={t('settings-find')} about={t('settings-find-about')}>
        {isClosed && (
          <Callout
            tone="waiting"
            actions={
              <a class="button plain" href={hrefOf({ page: 'preferences' })}>
                {t('nav-preferences')}
              </a>
            }
          >
            {t('settings-closed')}
          </Callout>
        )}
        {['lan', 'tracker', 'dht', 'relay'].map((name) => (
          <SwitchSetting key={name} name={name} />
        ))}
      </Section>
      <HostsSection folder={folder} />
      <Section title={t('settings-limits')} about={t('settings-limits-about')}>
        <div class="setting-columns">
          <AmountSetting name="downloadLimit" kind="rate" none={t('no-limit')} />
          <AmountSetting name="uploadLimit" kind="rate" none={t('no-limit')} />
        </div>
      </Section>
      <Section title={t('settings-fetch')}>
        <SelectSetting
          name="fetchOrder"
          options={['auto', 'newest', 'smallest', 'alphabetical'].map((value) => {
            return { value, label: t(`fetch-order-${value}`) }
          })}
        />
        {folder.role === 'read-only' && (
          <>
            <h3>{t('settings-keep')}</h3>
            <p class="about">{t('settings-keep-about')}</p>
            <div class="setting-columns">
              <AmountSetting name="keepNewestFiles" kind="count" none={t('keep-all')} />
              <AmountSetting name="keepNewestBytes" kind="size" none={t('keep-all')} />
            </div>
          </>
        )}
      </Section>
      <Section title={t('tab-archive')} about={t('settings-archive-about')}>
        <SwitchSetting name="archive" />
        <div class="setting-columns">
          <AmountSetting name="archiveDays" kind="days" />
          <AmountSetting name="archiveMaxBytes" kind="size" />
        </div>
      </Section>
      <details class="section card advanced">
        <summary>
          <h2>{t('preferences-advanced')}</h2>
        </summary>
        <p class="about">{t('advanced-about')}</p>
        <div class="setting-columns">
          <AmountSetting name="massDeletePercent" kind="percent" />
          <AmountSetting name="massDeleteFiles" kind="count" />
          <AmountSetting name="reserveBytes" kind="size" />
          <AmountSetting name="rescanSeconds" kind="duration" />
          <AmountSetting name="settleSeconds" kind="duration" />
          <AmountSetting name="scrubDays" kind="days" none={t('scrub-never')} />
          <AmountSetting name="scrubRate" kind="rate" none={t('scrub-unlimited')} />
        </div>
      </details>
    </SettingsIn>
  )
}
