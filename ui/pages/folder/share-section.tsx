/** The ways to pass a folder on, each with what it means. */
import { useState } from 'preact/hooks'
import { ActionCard } from '../../parts/action-card.tsx'
import type { IconName } from '../../parts/icon.tsx'
import { Section } from '../../parts/page.tsx'
import { t } from '../../text/translate.ts'
import { ShareDialog, type SharedFolder, type ShareWay, shareWays } from './share-dialog.tsx'

const icons: Readonly<Record<ShareWay, IconName>> = {
  'read-only': 'eye',
  'one-time-read-only': 'wait',
  full: 'edit',
  'one-time-full': 'key',
}

export function ShareSection({
  folder,
  ownRole,
  onInvited,
}: {
  readonly folder: SharedFolder
  /** What this device may do in it: who only receives can pass on no more. */
  readonly ownRole: 'full' | 'read-only'
  readonly onInvited?: () => void
}) {
  const [way, setWay] = useState<ShareWay | undefined>(undefined)
  const ways = ownRole === 'full' ? shareWays : (['read-only'] as const)
  return (
    <Section title={t('share-title')} about={t(ownRole === 'full' ? 'share-about' : 'share-about-read-only')}>
      <div class="action-cards">
        {ways.map((each) => (
          <ActionCard
            key={each}
            icon={icons[each]}
            title={t(`share-${each}`)}
            about={t(`share-${each}-about`)}
            onClick={() => setWay(each)}
          />
        ))}
      </div>
      {way && (
        <ShareDialog folder={folder} way={way} onInvited={onInvited} onClose={() => setWay(undefined)} />
      )}
    </Section>
  )
}
