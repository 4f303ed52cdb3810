import { PageHeader } from '../parts/page.tsx'
import { t } from '../text/translate.ts'

export function AddFolderPage() {
  return <PageHeader title={t('folders-add')} />
}
