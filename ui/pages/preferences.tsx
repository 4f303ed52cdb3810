import { PageHeader } from '../parts/page.tsx'
import { t } from '../text/translate.ts'
import { AppearanceSection } from './appearance.tsx'

export function PreferencesPage() {
  return (
    <>
      <PageHeader title={t('nav-preferences')} />
      <AppearanceSection />
    </>
  )
}
