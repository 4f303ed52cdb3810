/** One file: what it is, why it is as it is, what to do about it, and what can be done with it. */

import { useState } from 'preact/hooks'
import type { Reason } from '../../../src/api/schemas/basics.ts'
import type { FolderStatusBody } from '../../../src/api/schemas/status.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { Callout } from '../../parts/callout.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Fault } from '../../parts/fault.tsx'
import { Facts } from '../../parts/page.tsx'
import { useAction } from '../../parts/use-action.ts'
import { Size, When } from '../../parts/values.tsx'
import { archiveSearch } from '../../state/conflict-words.ts'
import { type FileRow, fileState, isFetchable, splitPath } from '../../state/file-words.ts'
import { isKnownProblem } from '../../state/folder-glance.ts'
import { formatTime } from '../../text/format.ts'
import { errorText, t } from '../../text/translate.ts'
import { FileParts } from '../file-parts.tsx'
import { Preview } from './content-view.tsx'
import { FileState } from './files.tsx'

interface Props {
  readonly folder: FolderStatusBody
  readonly row: FileRow
  /** Something was done to it. */
  readonly onChange: () => void
  readonly onClose: () => void
}

export function FileDialog({ folder, row, onChange, onClose }: Props) {
  const { path, kind, sizeBytes, modified, state, problem } = row
  const { name, directory } = splitPath(path)
  const isHere = state === 'here' || state === 'changed-here'
  return (
    <Dialog title={name} onClose={onClose}>
      <p class="file-about">
        <FileState row={row} />
        <span>{t(`file-about-${fileState(row)}`)}</span>
      </p>
      {problem && <ProblemHelp problem={problem} />}
      <Facts
        facts={[
          ...(directory === '' ? [] : ([[t('file-directory'), <bdi key="d">{directory}</bdi>]] as const)),
          ...(kind === 'file' ? ([[t('file-size'), <Size key="s" bytes={sizeBytes} />]] as const) : []),
          ...(modified === ''
            ? []
            : ([
                [
                  t('file-modified'),
                  <>
                    {formatTime(modified)} (<When at={modified} />)
                  </>,
                ],
              ] as const)),
        ]}
      />
      {isFetchable(row) && <FetchFirst folder={folder.id} row={row} onChange={onChange} />}
      {state === 'coming' && <PartsPanel folder={folder.id} path={path} />}
      {kind === 'file' && isHere && (
        <Preview folder={folder.id} place={{ path }} name={name} sizeBytes={sizeBytes} />
      )}
      {state === 'changed-here' && (
        <ButtonLink to={{ page: 'folder', folder: folder.id, tab: 'changes' }} icon="restore">
          {t('file-to-changes')}
        </ButtonLink>
      )}
      {kind === 'file' && (
        <ButtonLink
          to={{ page: 'folder', folder: folder.id, tab: 'archive', search: archiveSearch(path) }}
          icon="archive"
        >
          {t('file-to-archive')}
        </ButtonLink>
      )}
    </Dialog>
  )
}

/** What happened, and what to do. */
function ProblemHelp({ problem }: { readonly problem: Reason }) {
  return (
    <Callout tone="problem">
      <p>
        <strong>{errorText(problem)}</strong>
      </p>
      {isKnownProblem(problem.code) && <p>{t(`problem-do-${problem.code}`)}</p>}
    </Callout>
  )
}

function FetchFirst({
  folder,
  row: { path, asked },
  onChange,
}: {
  readonly folder: string
  readonly row: FileRow
  readonly onChange: () => void
}) {
  const { run, isBusy, fault } = useAction(async () => {
    await api.post(folderAddress(folder, '/fetch'), { path, ...(asked ? { release: true } : {}) })
    onChange()
  })
  return (
    <div>
      <Button look={asked ? 'plain' : 'primary'} icon="arrow-down" isBusy={isBusy} onClick={run}>
        {t(asked ? 'file-fetch-release' : 'file-fetch')}
      </Button>
      <p class="about">{t(asked ? 'file-fetch-release-about' : 'file-fetch-about')}</p>
      <Fault text={fault} />
    </div>
  )
}

/** Asked of the device only while it is open. */
function PartsPanel({ folder, path }: { readonly folder: string; readonly path: string }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details class="panel" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('file-parts')}</summary>
      {isOpen && <FileParts folder={folder} path={path} />}
    </details>
  )
}
