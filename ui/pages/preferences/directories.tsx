/** Where a browser may choose directories for folders. */
import { Section } from '../../parts/page.tsx'
import { ListSetting } from '../../parts/setting-text.tsx'
import { t } from '../../text/translate.ts'

export function DirectoriesSection() {
  return (
    <Section title={t('preferences-directories')} about={t('directories-about')}>
      <ListSetting name="roots" placeholder="/srv" />
    </Section>
  )
}
