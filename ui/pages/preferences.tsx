import { PageHeader } from '../parts/page.tsx'
import type { PreferencesSection } from '../state/route.ts'
import { t } from '../text/translate.ts'
import { AppearanceSection } from './appearance.tsx'

export function PreferencesPage(_: { readonly section: PreferencesSection | undefined }) {
  return (
    <>
      <PageHeader title={t('nav-preferences')} />
      <AppearanceSection />
    </>
  )
}
