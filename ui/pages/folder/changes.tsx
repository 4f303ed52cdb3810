/** What waits for a decision: deletions that are held back, and what was changed on a device that only receives. */
import { EmptyState } from '../../parts/page.tsx'
import { t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'
import { HeldDeletions } from './held-deletions.tsx'
import { LocalChanges } from './local-changes.tsx'

export function ChangesTab({ folder }: FolderTabProps) {
  const hasDeletions = folder.halt?.code === 'mass-delete'
  const isReadOnly = folder.role === 'read-only'
  return (
    <>
      {hasDeletions && <HeldDeletions folder={folder} />}
      {isReadOnly && <LocalChanges folder={folder} />}
      {!hasDeletions && !isReadOnly && (
        <EmptyState icon="check" title={t('changes-none')}>
          {t('changes-none-about')}
        </EmptyState>
      )}
    </>
  )
}
