/** Files that were changed in two places: a list of them, and one decided after the other. */

import { useState } from 'preact/hooks'
import type { Archive, Conflicts } from '../../../src/api/schemas/files.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { Callout } from '../../parts/callout.tsx'
import { Fault } from '../../parts/fault.tsx'
import { FilePath } from '../../parts/file-path.tsx'
import { Icon } from '../../parts/icon.tsx'
import { EmptyState } from '../../parts/page.tsx'
import { useAction } from '../../parts/use-action.ts'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import { useNews } from '../../parts/use-news.ts'
import { useWide } from '../../parts/use-wide.ts'
import { When } from '../../parts/values.tsx'
import { VirtualList } from '../../parts/virtual-list.tsx'
import {
  archiveSearch,
  type Conflict,
  lastArchived,
  nextAfter,
  undecided,
} from '../../state/conflict-words.ts'
import { splitPath } from '../../state/file-words.ts'
import { folderSign } from '../../state/folder-sign.ts'
import { t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'
import { ConflictVersions, type Keep } from './conflict-versions.tsx'

/** More than anybody decides about one by one. */
const maxRows = 1_000

interface Decision {
  readonly conflict: Conflict
  readonly keep: Keep
  /** Where what was kept lies. */
  readonly path: string
}

export function ConflictsTab({ folder }: FolderTabProps) {
  const [openedPath, setOpenedPath] = useState<string | undefined>(undefined)
  const [decided, setDecided] = useState<ReadonlySet<string>>(new Set())
  const [last, setLast] = useState<Decision | undefined>(undefined)
  const loading = useLoaded(folder.id, (signal) =>
    api.get<Conflicts>('/api/conflicts', { folder: folder.id, limit: maxRows }, signal),
  )
  useNews(folderSign(folder), loading.reload)

  return (
    <Show loading={loading}>
      {({ conflicts }) => {
        const left = undecided(conflicts, decided)
        const opened = left.find(({ path }) => path === openedPath)
        async function decide(conflict: Conflict, keep: Keep): Promise<void> {
          const { path } = await api.post<{ path: string }>(folderAddress(folder.id, '/conflicts'), {
            ...{ path: conflict.path, keep },
          })
          setLast({ conflict, keep, path })
          setDecided(new Set([...decided, conflict.path]))
          setOpenedPath(nextAfter(left, conflict.path)?.path)
          scrollTo(0, 0)
        }
        function undone(conflict: Conflict): void {
          setLast(undefined)
          setDecided(new Set([...decided].filter((path) => path !== conflict.path)))
          loading.reload()
        }
        return (
          <>
            {last && (
              <LastDecision folder={folder.id} decision={last} onUndone={() => undone(last.conflict)} />
            )}
            {folder.role === 'read-only' && left.length > 0 && (
              <Callout tone="waiting">{t('conflicts-read-only')}</Callout>
            )}
            {opened === undefined ? (
              <ConflictList conflicts={left} isDone={last !== undefined} onOpen={setOpenedPath} />
            ) : (
              <section
                class="conflict"
                aria-label={t('conflict-of', { name: splitPath(opened.beside).name })}
              >
                <div class="conflict-head">
                  <Button look="quiet" icon="back" onClick={() => setOpenedPath(undefined)}>
                    {t('conflicts-all')}
                  </Button>
                  <span class="muted">
                    {t('conflict-place', { at: left.indexOf(opened) + 1, of: left.length })}
                  </span>
                </div>
                <ConflictVersions
                  key={opened.path}
                  folder={folder}
                  conflict={opened}
                  onKeep={(keep) => decide(opened, keep)}
                />
              </section>
            )}
          </>
        )
      }}
    </Show>
  )
}

function ConflictList({
  conflicts,
  isDone,
  onOpen,
}: {
  readonly conflicts: readonly Conflict[]
  readonly isDone: boolean
  readonly onOpen: (path: string) => void
}) {
  const isWide = useWide()
  if (conflicts.length === 0)
    return (
      <EmptyState icon="check" title={t(isDone ? 'conflicts-done' : 'conflicts-none')}>
        {t('conflicts-none-about')}
      </EmptyState>
    )
  return (
    <>
      <p class="lead tab-lead">{t('conflicts-lead')}</p>
      <VirtualList
        count={conflicts.length}
        rowHeight={isWide ? 64 : 80}
        label={t('tab-conflicts')}
        keyOf={(at) => conflicts[at]!.path}
        row={(at) => {
          const { path, beside, device, modified } = conflicts[at]!
          return (
            <button type="button" class="row file-row" onClick={() => onOpen(path)}>
              <Icon name="conflict" />
              <span class="row-text">
                <FilePath path={beside} />
              </span>
              <span class="file-facts">
                <span class="conflict-by">{t('conflict-copy-by', { device })}</span>
                <span class="file-time">
                  <When at={modified} />
                </span>
              </span>
              <Icon name="right" />
            </button>
          )
        }}
      />
    </>
  )
}

/** What was just done, where the other version is, and a way back. */
function LastDecision({
  folder,
  decision: { conflict, keep, path },
  onUndone,
}: {
  readonly folder: string
  readonly decision: Decision
  readonly onUndone: () => void
}) {
  const { beside } = conflict
  const undo = useAction(async () => {
    // What was let go of is what left its path last.
    const gone = keep === 'original' ? conflict.path : beside
    const query = { search: archiveSearch(gone), limit: 100 }
    const found = await api.get<Archive>(folderAddress(folder, '/archive'), query)
    const id = lastArchived(found, gone)
    if (id !== undefined) await api.post(folderAddress(folder, '/archive/restore'), { id })
    onUndone()
  })
  return (
    <div role="status">
      <Callout
        tone="ok"
        actions={
          keep !== 'both' &&
          conflict.original !== undefined && (
            <Button icon="restore" isBusy={undo.isBusy} onClick={undo.run}>
              {t('conflict-undo')}
            </Button>
          )
        }
      >
        <p>
          <strong>{t(`conflict-kept-${keep}`, { name: splitPath(beside).name, path })}</strong>
        </p>
        <p>{t(keep === 'both' ? 'conflict-kept-both-about' : 'conflict-kept-about')}</p>
        <Fault text={undo.fault} />
      </Callout>
    </div>
  )
}
