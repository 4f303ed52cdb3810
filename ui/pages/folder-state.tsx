/** How a folder is and what to do about it, as the list and the folder's own page both show it. */
import type { FolderStatusBody } from '../../src/api/schemas/status.ts'
import { api, folderAddress } from '../api/request.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { Callout } from '../parts/callout.tsx'
import { doAndTell } from '../parts/use-action.ts'
import { describeFolder, folderName } from '../state/folder-words.ts'
import { errorText, t } from '../text/translate.ts'

interface Props {
  readonly folder: FolderStatusBody
}

/** Lets a folder pause or go on, and says so. */
export function switchPause({ id, path, state }: FolderStatusBody): Promise<void> {
  const paused = state !== 'paused'
  const done = t(paused ? 'folder-was-paused' : 'folder-was-resumed', { folder: folderName(path) })
  return doAndTell(() => api.patch(folderAddress(id, '/settings'), { values: { paused } }), done)
}

export function PauseButton({ folder }: Props) {
  const isPaused = folder.state === 'paused'
  return (
    <Button icon={isPaused ? 'play' : 'pause'} onClick={() => switchPause(folder)}>
      {t(isPaused ? 'resume' : 'pause')}
    </Button>
  )
}

/** What needs a person: a halt with its way out, and files with problems. */
export function FolderCallouts({
  folder,
  hasProblemList,
}: Props & { /** The problems stand below anyway. */ readonly hasProblemList?: boolean }) {
  const { halt } = describeFolder(folder)
  const { id, problems } = folder
  return (
    <>
      {halt && (
        <Callout
          tone="problem"
          actions={
            halt.code === 'mass-delete' && (
              <ButtonLink to={{ page: 'folder', folder: id, tab: 'changes' }}>
                {t('see-what-to-do')}
              </ButtonLink>
            )
          }
        >
          {errorText(halt)}
        </Callout>
      )}
      {problems.length > 0 && !hasProblemList && (
        <Callout
          tone="problem"
          actions={
            <ButtonLink to={{ page: 'folder', folder: id, tab: 'overview' }}>
              {t('see-what-to-do')}
            </ButtonLink>
          }
        >
          {t('problems-count', { problems: problems.length })}
        </Callout>
      )}
    </>
  )
}
