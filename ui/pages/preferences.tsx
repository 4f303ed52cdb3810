/** What the device and this page are set to, in sections that each have an address. */
import { useMemo } from 'preact/hooks'
import type { Settings } from '../../src/api/schemas/settings.ts'
import { api } from '../api/request.ts'
import { PageHeader, TabLinks } from '../parts/page.tsx'
import { type SettingPlace, SettingsIn } from '../parts/setting.tsx'
import { Show, useLoaded } from '../parts/use-loaded.tsx'
import { needsRestart, overruledBy } from '../state/device-settings.ts'
import { type PreferencesSection, preferencesSections } from '../state/route.ts'
import { createSettingStore } from '../state/setting-store.ts'
import { errorText, t, textOr } from '../text/translate.ts'
import { AdvancedSection } from './preferences/advanced.tsx'
import { ClosedSection } from './preferences/closed.tsx'
import { DirectoriesSection } from './preferences/directories.tsx'
import { GeneralSection } from './preferences/general.tsx'
import { LimitsSection } from './preferences/limits.tsx'
import { NetworkSection } from './preferences/network.tsx'
import { WebSection } from './preferences/web.tsx'

export function PreferencesPage({
  section = 'general',
}: {
  readonly section?: PreferencesSection | undefined
}) {
  const loading = useLoaded('settings', (signal) => api.get<Settings>('/api/settings', {}, signal))
  return (
    <>
      <PageHeader title={t('nav-preferences')} />
      <TabLinks
        label={t('preferences-sections')}
        tabs={preferencesSections.map((name) => ({
          to: { page: 'preferences', section: name },
          label: t(`preferences-${name}`),
          isCurrent: name === section,
        }))}
      />
      <Show loading={loading}>{(told) => <Sections section={section} told={told} />}</Show>
    </>
  )
}

function Sections({ section, told }: { readonly section: PreferencesSection; readonly told: Settings }) {
  const place = useMemo(() => placeOf(told), [told])
  return (
    <SettingsIn value={place}>
      <SectionOf section={section} told={told} />
    </SettingsIn>
  )
}

function SectionOf({ section, told }: { readonly section: PreferencesSection; readonly told: Settings }) {
  switch (section) {
    case 'general':
      return <GeneralSection />
    case 'limits':
      return <LimitsSection />
    case 'network':
      return <NetworkSection />
    case 'closed':
      return <ClosedSection told={told} />
    case 'web':
      return <WebSection />
    case 'directories':
      return <DirectoriesSection />
    case 'advanced':
      return <AdvancedSection told={told} />
  }
}

function placeOf(told: Settings): SettingPlace {
  // What a newer device adds has no texts here: then its own words are shown.
  const row = (key: string) => told.settings.find((one) => one.key === key)
  return {
    store: createSettingStore(told, (values) => api.patch<Settings>('/api/settings', { values })),
    label: (key) => textOr(`device-label-${key}`, key),
    about: (key) => {
      const option = overruledBy(told.settings, key)
      return (
        <>
          {textOr(`device-about-${key}`, row(key)?.about ?? '')}
          {needsRestart(key) && ` ${t('preferences-restart')}`}
          {option !== undefined && (
            <span class="setting-overruled">{t('preferences-this-run', { value: option })}</span>
          )}
        </>
      )
    },
    fault: (key, error) =>
      error.code === 'setting-invalid' ? textOr(`device-fault-${key}`, errorText(error)) : errorText(error),
  }
}
