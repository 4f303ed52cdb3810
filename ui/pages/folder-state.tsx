/** How a folder is and what to do about it, as the list and the folder's own page both show it. */
import type { Reason } from '../../src/api/schemas/basics.ts'
import type { FolderStatusBody } from '../../src/api/schemas/status.ts'
import { api, folderAddress } from '../api/request.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { Callout } from '../parts/callout.tsx'
import { doAndTell } from '../parts/use-action.ts'
import { describeFolder, folderName } from '../state/folder-words.ts'
import { isExplainedHalt } from '../state/halt-words.ts'
import type { FolderTab } from '../state/route.ts'
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

/** What needs a person, each with the way there. */
export function FolderCallouts({ folder }: Props) {
  const { halt } = describeFolder(folder)
  const { problems, conflicts, localChanges } = folder
  return (
    <>
      {halt && <HaltCallout folder={folder} halt={halt} isWhole={false} />}
      {problems.length > 0 && (
        <Callout tone="problem" actions={<WayTo folder={folder} tab="files" only="problem" />}>
          {t('problems-count', { problems: problems.length })}
        </Callout>
      )}
      {conflicts > 0 && (
        <Callout tone="waiting" actions={<WayTo folder={folder} tab="conflicts" />}>
          {t('conflicts-count', { conflicts })}
        </Callout>
      )}
      {localChanges > 0 && (
        <Callout tone="waiting" actions={<WayTo folder={folder} tab="changes" />}>
          {t('changes-count', { files: localChanges })}
        </Callout>
      )}
    </>
  )
}

/** Why nothing goes on: in a sentence, or with `isWhole` what happened, what is safe and what to do. */
export function HaltCallout({
  folder,
  halt: { code, message, data = {} },
  isWhole,
}: Props & { readonly halt: Reason; readonly isWhole: boolean }) {
  const isDecision = code === 'mass-delete'
  const isLong = isWhole && isExplainedHalt(code)
  return (
    <Callout
      tone="problem"
      actions={
        (isDecision || !isWhole) && <WayTo folder={folder} tab={isDecision ? 'changes' : 'overview'} />
      }
    >
      {isLong ? (
        <>
          <p>
            <strong>{t(`halt-what-${code}`, data)}</strong>
          </p>
          <dl class="halt">
            <dt>{t('halt-safe')}</dt>
            <dd>{t(`halt-safe-${code}`)}</dd>
            <dt>{t('halt-do')}</dt>
            <dd>{t(`halt-do-${code}`, data)}</dd>
          </dl>
        </>
      ) : (
        errorText({ code, message, data })
      )}
    </Callout>
  )
}

function WayTo({ folder, ...to }: Props & { readonly tab: FolderTab; readonly only?: string }) {
  return <ButtonLink to={{ page: 'folder', folder: folder.id, ...to }}>{t('see-what-to-do')}</ButtonLink>
}
