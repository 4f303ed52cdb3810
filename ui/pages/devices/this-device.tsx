/** The device this page steers: its name and address, and whether others reach it. */
import type { ExplanationBody } from '../../../src/api/schemas/explanation.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Icon } from '../../parts/icon.tsx'
import { Facts } from '../../parts/page.tsx'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import { device, folders } from '../../state/live.ts'
import { t } from '../../text/translate.ts'
import { DeviceId } from './device-id.tsx'
import { Reachability } from './reachability.tsx'

export function ThisDevice() {
  const now = device.value
  const folder = folders.value[0]?.id
  if (now === undefined) return null
  return (
    <section class="section card this-device" aria-label={t('devices-this')}>
      <div class="this-device-name">
        <span class="device-icon tone-ok">
          <Icon name="device" />
        </span>
        <div>
          <p class="about">{t('devices-this')}</p>
          <h2>{now.name}</h2>
        </div>
      </div>
      <Facts
        facts={[
          [t('devices-listens'), <span class="code">{now.listen}</span>],
          [t('devices-version'), now.version],
        ]}
      />
      {folder !== undefined && <Reached folder={folder} />}
      <DeviceId id={now.id} />
    </section>
  )
}

/** The same for all folders; any of them can be asked. */
function Reached({ folder }: { readonly folder: string }) {
  const loading = useLoaded(folder, (signal) =>
    api.get<ExplanationBody>(folderAddress(folder, '/explanation'), {}, signal),
  )
  return <Show loading={loading}>{({ reachable }) => <Reachability reachable={reachable} />}</Show>
}
