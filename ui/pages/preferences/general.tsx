/** What this device is called, how this page looks, and what runs here. */
import { Facts, Section } from '../../parts/page.tsx'
import { TextSetting } from '../../parts/setting-text.tsx'
import { device } from '../../state/live.ts'
import { t } from '../../text/translate.ts'
import { AppearanceSection } from '../appearance.tsx'

/** As many as tell devices apart, on the command line, too. */
const shownIdCharacters = 12

export function GeneralSection() {
  const now = device.value
  return (
    <>
      <Section title={t('preferences-device')}>
        <TextSetting name="name" />
        {now && (
          <Facts
            facts={[
              [t('preferences-version'), now.version],
              [
                t('preferences-device-id'),
                <span class="code" title={now.id}>
                  {now.id.slice(0, shownIdCharacters)}
                </span>,
              ],
            ]}
          />
        )}
      </Section>
      <AppearanceSection />
    </>
  )
}
