import { PageHeader } from '../parts/page.tsx'
import { t } from '../text/translate.ts'

export function DevicesPage() {
  return <PageHeader title={t('nav-devices')} />
}
