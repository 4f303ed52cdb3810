import { PageHeader } from '../parts/page.tsx'
import { t } from '../text/translate.ts'

export function HistoryPage() {
  return <PageHeader title={t('nav-history')} />
}
