/** The first steps of a new appliance: its disk, then the first folder, or everything from a backup. */
import type { Backups } from '../../src/api/schemas/backups.ts'
import { api } from '../api/request.ts'
import { ButtonLink } from '../parts/button.tsx'
import { Callout } from '../parts/callout.tsx'
import { PageHeader, Section } from '../parts/page.tsx'
import { useLoaded } from '../parts/use-loaded.tsx'
import { useNews } from '../parts/use-news.ts'
import { snapshot } from '../state/live.ts'
import { t } from '../text/translate.ts'
import { DisksSection } from './system/disks.tsx'

export function WelcomePage() {
  const disks = snapshot.value?.disks ?? []
  const loading = useLoaded('backups', (signal) => api.get<Backups>('/api/backups', {}, signal))
  useNews(disks.map(({ device, state }) => device + state).join(), loading.reload)
  const newest = loading.loaded.state === 'ready' ? loading.loaded.value.found[0] : undefined
  const restore = (
    <ButtonLink to={{ page: 'system', section: 'backup' }} icon="restore">
      {t('backup-restore')}
    </ButtonLink>
  )
  return (
    <>
      <PageHeader title={t('welcome-steps')} about={t('welcome-steps-about')} />
      {newest && (
        <Callout tone="ok" actions={restore}>
          {t('welcome-found', { device: newest.deviceName })}
        </Callout>
      )}
      <DisksSection />
      <Section title={t('welcome-folder')}>
        <div class="page-actions">
          <ButtonLink to={{ page: 'add-folder' }} look="primary" icon="folder">
            {t('folders-add')}
          </ButtonLink>
          {newest === undefined && restore}
        </div>
      </Section>
    </>
  )
}
