import { PageHeader } from '../parts/page.tsx'
import { t } from '../text/translate.ts'

export function TransfersPage() {
  return <PageHeader title={t('nav-transfers')} />
}
