/** The device this page steers: its name and address, and whether others reach it. */
import { Icon } from '../../parts/icon.tsx'
import { Facts } from '../../parts/page.tsx'
import { device } from '../../state/live.ts'
import { hrefOf } from '../../state/route.ts'
import { t } from '../../text/translate.ts'
import { Reachability } from '../reachability.tsx'
import { DeviceId } from './device-id.tsx'

export function ThisDevice() {
  const now = device.value
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
      <Reachability />
      <DeviceId id={now.id} />
      <a class="quiet-link" href={hrefOf({ page: 'system' })}>
        {t('nav-system')}
        <Icon name="right" />
      </a>
    </section>
  )
}
