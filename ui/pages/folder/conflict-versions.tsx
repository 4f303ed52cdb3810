/** Both versions of one conflict, beside each other, and one click to choose. */

import type { ComponentChildren } from 'preact'
import { useMemo } from 'preact/hooks'
import type { History } from '../../../src/api/schemas/history.ts'
import { type Content, loadContent } from '../../api/content.ts'
import { api } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { Badge } from '../../parts/callout.tsx'
import { Fault } from '../../parts/fault.tsx'
import { Facts } from '../../parts/page.tsx'
import { useAction } from '../../parts/use-action.ts'
import { type Loaded, useLoaded } from '../../parts/use-loaded.tsx'
import { Size, When } from '../../parts/values.tsx'
import { type ComparedTexts, compareTexts } from '../../state/compare-texts.ts'
import { archiveSearch, authorOf, type Conflict, newerOf } from '../../state/conflict-words.ts'
import { splitPath } from '../../state/file-words.ts'
import { type ComparedLine, plainLines } from '../../state/text-lines.ts'
import { formatTime } from '../../text/format.ts'
import { errorText, t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'
import { CutNote, Picture, TextLines } from './content-view.tsx'

export type Keep = 'original' | 'copy' | 'both'

export function ConflictVersions({
  folder,
  conflict,
  onKeep,
}: FolderTabProps & { readonly conflict: Conflict; readonly onKeep: (keep: Keep) => Promise<void> }) {
  const { path, beside, original, device, modified, sizeBytes } = conflict
  const { name, directory } = splitPath(beside)
  const keep = useAction(onKeep)
  const mine = useLoaded(`${folder.id} ${beside}`, (signal) =>
    original === undefined ? Promise.resolve(undefined) : loadContent(folder.id, { path: beside }, signal),
  ).loaded
  const theirs = useLoaded(`${folder.id} ${path}`, (signal) =>
    loadContent(folder.id, { path }, signal),
  ).loaded
  const author = useAuthor(conflict)
  const compared = useComparison(textOf(mine), textOf(theirs))
  const newer = newerOf(conflict)
  const mayChoose = folder.role === 'full'

  const choose = (which: 'original' | 'copy', label: string) =>
    mayChoose && (
      <Button look="primary" icon="check" isBusy={keep.isBusy} onClick={() => keep.run(which)}>
        {t('conflict-keep')} <span class="unseen">({label})</span>
      </Button>
    )

  return (
    <>
      <header class="conflict-title">
        <h2>
          <bdi>{name}</bdi>
        </h2>
        {directory !== '' && (
          <p class="path">
            <bdi>{directory}</bdi>
          </p>
        )}
        {compared?.isSame && <p class="about">{t('conflict-same-text')}</p>}
      </header>
      <div class="versions">
        {original === undefined ? (
          <section class="version card" aria-label={t('conflict-original')}>
            <h3>{t('conflict-original')}</h3>
            <p class="muted">{t('conflict-original-gone')}</p>
          </section>
        ) : (
          <Version
            title={t('conflict-original')}
            isNewer={newer === 'original'}
            {...original}
            device={author}
            action={choose('original', t('conflict-original'))}
          >
            <Shown loaded={mine} lines={compared?.left} name={name} />
          </Version>
        )}
        <Version
          title={t('conflict-copy')}
          isNewer={newer === 'copy'}
          {...{ device, modified, sizeBytes }}
          action={choose('copy', t('conflict-copy'))}
        >
          <Shown loaded={theirs} lines={compared?.right} name={splitPath(path).name} />
        </Version>
      </div>
      {compared !== undefined && compared.hidden > 0 && (
        <p class="about">{t('lines-hidden', { lines: compared.hidden })}</p>
      )}
      <Fault text={keep.fault} />
      {mayChoose && (
        <footer class="conflict-end">
          <p class="about">{t('conflict-keep-about')}</p>
          <div>
            <Button icon="copy" isBusy={keep.isBusy} onClick={() => keep.run('both')}>
              {t('conflict-keep-both')}
            </Button>
            <p class="about">{t('conflict-keep-both-about')}</p>
          </div>
        </footer>
      )}
    </>
  )
}

function Version({
  title,
  isNewer,
  device,
  modified,
  sizeBytes,
  action,
  children,
}: {
  readonly title: string
  readonly isNewer: boolean
  /** Nobody knows any more where the history does not go back so far. */
  readonly device: string | undefined
  readonly modified: string
  readonly sizeBytes: number
  readonly action: ComponentChildren
  readonly children: ComponentChildren
}) {
  return (
    <section class="version card" aria-label={title}>
      <header>
        <h3>{title}</h3>
        {isNewer && <Badge tone="busy">{t('conflict-newer')}</Badge>}
      </header>
      <Facts
        facts={[
          ...(device === undefined ? [] : ([[t('conflict-device'), <bdi key="d">{device}</bdi>]] as const)),
          [t('file-size'), <Size key="s" bytes={sizeBytes} />],
          [
            t('file-modified'),
            <>
              {formatTime(modified)} (<When at={modified} />)
            </>,
          ],
        ]}
      />
      <div class="version-content">{children}</div>
      {action}
    </section>
  )
}

function Shown({
  loaded,
  lines,
  name,
}: {
  readonly loaded: Loaded<Content | undefined>
  readonly lines: readonly ComparedLine[] | undefined
  readonly name: string
}) {
  if (loaded.state === 'loading') return <p class="loading">{t('loading')}</p>
  if (loaded.state === 'failed') return <p class="muted">{errorText(loaded.error)}</p>
  const content = loaded.value
  if (content === undefined) return <p class="muted">{t('preview-none')}</p>
  if (content.kind === 'picture') return <Picture address={content.address} name={name} />
  return (
    <>
      {lines && <TextLines lines={lines} label={name} />}
      <CutNote cutFromBytes={content.cutFromBytes} />
    </>
  )
}

/** The index says who settled the conflict; who wrote what is in place stands in the history. */
function useAuthor({ folder, beside, original }: Conflict): string | undefined {
  const { loaded } = useLoaded(beside, (signal) =>
    api.get<History>('/api/history', { folder, search: archiveSearch(beside), limit: 100 }, signal),
  )
  if (loaded.state !== 'ready' || original === undefined) return undefined
  return authorOf(loaded.value, beside, original.sizeBytes)
}

function textOf(loaded: Loaded<Content | undefined>): string | undefined {
  return loaded.state === 'ready' && loaded.value?.kind === 'text' ? loaded.value.text : undefined
}

/** Where only one is a text, or they have little in common, nothing is marked. */
function useComparison(left: string | undefined, right: string | undefined): ComparedTexts | undefined {
  return useMemo(() => {
    if (left === undefined && right === undefined) return undefined
    const both = left === undefined || right === undefined ? undefined : compareTexts(left, right)
    return both ?? { left: plainLines(left ?? ''), right: plainLines(right ?? ''), isSame: false, hidden: 0 }
  }, [left, right])
}
