/** What is done with a folder as a whole: let it pause, look at it now, stop syncing it. */
import { useState } from 'preact/hooks'
import { api, folderAddress } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { Section } from '../../parts/page.tsx'
import { doAndTell } from '../../parts/use-action.ts'
import { folderName } from '../../state/folder-words.ts'
import { goTo } from '../../state/route.ts'
import { showToast } from '../../state/toasts.ts'
import { t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'
import { PauseButton } from '../folder-state.tsx'

export function LeaveSection({ folder }: FolderTabProps) {
  const { id, path } = folder
  const [isAsking, setAsking] = useState(false)
  const name = folderName(path)

  async function stop(): Promise<void> {
    await api.remove(folderAddress(id))
    goTo({ page: 'folders' })
    showToast('ok', t('leave-done', { folder: name }))
  }

  return (
    <Section title={t('whole-folder')}>
      <div class="deed">
        <div>
          <h3>{t('folder-setting-paused')}</h3>
          <p class="about">{t('folder-about-paused')}</p>
        </div>
        <PauseButton folder={folder} />
      </div>
      <div class="deed">
        <div>
          <h3>{t('rescan')}</h3>
          <p class="about">{t('rescan-about')}</p>
        </div>
        <Button
          icon="sync"
          onClick={() =>
            doAndTell(() => api.post('/api/rescan', undefined, { folder: id }), t('rescan-begun'))
          }
        >
          {t('rescan-action')}
        </Button>
      </div>
      <div class="deed">
        <div>
          <h3>{t('leave')}</h3>
          <p class="about">{t('leave-about')}</p>
        </div>
        <Button icon="close" onClick={() => setAsking(true)}>
          {t('leave-action')}
        </Button>
      </div>
      {isAsking && (
        <ConfirmDialog
          title={t('leave-title', { folder: name })}
          action={t('leave-action')}
          isDanger
          onConfirm={stop}
          onClose={() => setAsking(false)}
        >
          <p>{t('leave-what')}</p>
          <ul class="points">
            <li>{t('leave-files-stay')}</li>
            <li>{t('leave-others-go-on')}</li>
            <li>{t('leave-archive-stays')}</li>
            <li>{t('leave-secret')}</li>
          </ul>
        </ConfirmDialog>
      )}
    </Section>
  )
}
