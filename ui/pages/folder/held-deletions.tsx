/** More deletions than is plausible: which, by whom, and the two ways on. */
import { useState } from 'preact/hooks'
import type { Deletes } from '../../../src/api/schemas/files.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { Callout } from '../../parts/callout.tsx'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { FilePath } from '../../parts/file-path.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Section } from '../../parts/page.tsx'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import { VirtualList } from '../../parts/virtual-list.tsx'
import { folderName } from '../../state/folder-words.ts'
import { showToast } from '../../state/toasts.ts'
import { formatNumber } from '../../text/format.ts'
import { t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'

/** The daemon lists no more. */
const listedRows = 10_000

export function HeldDeletions({ folder }: FolderTabProps) {
  const [asked, setAsked] = useState<'confirm' | 'undo' | undefined>(undefined)
  const { count = 0, total = 0, origin = 'here' } = folder.halt?.data ?? {}
  const loading = useLoaded(`${folder.id} ${count}`, async (signal) => {
    const { held, by } = await api.get<Deletes>(folderAddress(folder.id, '/deletes'), {}, signal)
    // They come in the order they would be deleted in.
    return { held: held.sort(), by }
  })
  async function settle(choice: 'confirm' | 'undo'): Promise<void> {
    const { deletions } = await api.post<{ deletions: number }>(folderAddress(folder.id, '/deletes'), {
      choice,
    })
    showToast('ok', t(`deletes-done-${choice}`, { files: deletions }))
  }
  return (
    <Section
      title={t('deletes-title', { count: formatNumber(Number(count)), total: formatNumber(Number(total)) })}
    >
      <p>{t(`deletes-what-${origin}`, { folder: folderName(folder.path) })}</p>
      <Callout tone="ok">{t('halt-safe-mass-delete')}</Callout>
      <div class="decision">
        <div class="decision-way">
          <Button look="primary" icon="restore" onClick={() => setAsked('undo')}>
            {t('deletes-undo')}
          </Button>
          <p class="about">{t(`deletes-undo-about-${origin}`)}</p>
        </div>
        <div class="decision-way">
          <Button look="danger" icon="trash" onClick={() => setAsked('confirm')}>
            {t('deletes-confirm')}
          </Button>
          <p class="about">{t(`deletes-confirm-about-${origin}`)}</p>
        </div>
      </div>
      <Show loading={loading}>
        {({ held, by }) => (
          <>
            {by.length > 0 && <p>{t('deletes-by', { devices: by.join(', ') })}</p>}
            <h3>{t('deletes-list')}</h3>
            <VirtualList
              count={held.length}
              rowHeight={60}
              label={t('deletes-list')}
              keyOf={(at) => held[at]!}
              row={(at) => (
                <div class="row file-row">
                  <Icon name="file" />
                  <span class="row-text">
                    <FilePath path={held[at]!} />
                  </span>
                </div>
              )}
            />
            {held.length >= listedRows && <p class="muted">{t('deletes-more')}</p>}
          </>
        )}
      </Show>
      {asked && (
        <ConfirmDialog
          title={t(`deletes-${asked}-ask`, { count: formatNumber(Number(count)) })}
          action={t(`deletes-${asked}`)}
          isDanger={asked === 'confirm'}
          onConfirm={() => settle(asked)}
          onClose={() => setAsked(undefined)}
        >
          <p>{t(`deletes-${asked}-about-${origin}`)}</p>
        </ConfirmDialog>
      )}
    </Section>
  )
}
