/** All devices over all folders: this one first, then the others, and why some of them are not connected. */
import { useState } from 'preact/hooks'
import type { Peers } from '../../src/api/schemas/members.ts'
import { api } from '../api/request.ts'
import { EmptyState, PageHeader, Section } from '../parts/page.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { Show, useLoaded } from '../parts/use-loaded.tsx'
import { useNews } from '../parts/use-news.ts'
import { VirtualList } from '../parts/virtual-list.tsx'
import { groupDevices } from '../state/devices.ts'
import { folders, snapshot } from '../state/live.ts'
import { matchesSearch, membersKey } from '../state/members.ts'
import { t } from '../text/translate.ts'
import { ConnectionsSection } from './devices/connections.tsx'
import { DeviceDialog } from './devices/device-dialog.tsx'
import { DeviceRow, deviceRowHeight } from './devices/device-row.tsx'
import { ThisDevice } from './devices/this-device.tsx'

/** Fewer are found by looking. */
const searchFrom = 12

export function DevicesPage() {
  const isKnown = snapshot.value !== undefined
  return (
    <>
      <PageHeader title={t('nav-devices')} />
      {isKnown ? (
        <>
          <ThisDevice />
          <Others />
          <ConnectionsSection />
        </>
      ) : (
        <p class="loading">{t('loading')}</p>
      )}
    </>
  )
}

function Others() {
  const [search, setSearch] = useState('')
  const [openId, setOpenId] = useState<string | undefined>(undefined)
  const loading = useLoaded('', (signal) => api.get<Peers>('/api/peers', {}, signal))
  useNews(folders.value.map(membersKey).join(), loading.reload)
  return (
    <Show loading={loading}>
      {({ peers }) => {
        const devices = groupDevices(peers, folders.value)
        const shown = devices.filter((device) => matchesSearch(device, search))
        const opened = devices.find(({ id }) => id === openId)
        const online = devices.filter(({ isOnline }) => isOnline).length
        return (
          <Section
            title={t('devices-others')}
            about={devices.length > 0 && t('members-count', { members: devices.length, online })}
          >
            {devices.length === 0 && (
              <EmptyState icon="device" title={t('devices-none-title')}>
                {t('devices-none-about')}
              </EmptyState>
            )}
            {devices.length >= searchFrom && (
              <SearchField label={t('members-search')} value={search} onSearch={setSearch} />
            )}
            {devices.length > 0 && shown.length === 0 && <p class="muted">{t('members-not-found')}</p>}
            {shown.length > 0 && (
              <VirtualList
                label={t('devices-others')}
                count={shown.length}
                rowHeight={deviceRowHeight}
                keyOf={(at) => shown[at]!.id}
                row={(at) => <DeviceRow device={shown[at]!} onOpen={() => setOpenId(shown[at]!.id)} />}
              />
            )}
            {opened && <DeviceDialog device={opened} onClose={() => setOpenId(undefined)} />}
          </Section>
        )
      }}
    </Show>
  )
}
