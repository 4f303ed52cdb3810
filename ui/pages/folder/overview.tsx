/** How a folder is at a glance: its state, what is on its way, who is connected, what happened last, and what waits for a person. */
import { toneIcons } from '../../parts/callout.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Facts } from '../../parts/page.tsx'
import { Progress, Size, Speed } from '../../parts/values.tsx'
import { timeLeft } from '../../state/folder-glance.ts'
import { describeFolder, progressOf, stillToCome } from '../../state/folder-words.ts'
import { transfersSignal } from '../../state/live.ts'
import { type FolderTab, hrefOf } from '../../state/route.ts'
import { formatDuration } from '../../text/format.ts'
import { t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'
import { LatestHistory } from './overview-history.tsx'
import { Peers } from './overview-peers.tsx'
import { Problems } from './overview-problems.tsx'
import { SelfCheck } from './overview-self-check.tsx'
import { Arriving } from './overview-transfers.tsx'

export function OverviewTab({ folder }: FolderTabProps) {
  return (
    <div class="overview">
      <Now folder={folder} />
      <div>
        <Problems folder={folder} />
        <Arriving folder={folder} />
        <Peers folder={folder} />
        <SelfCheck folder={folder} />
      </div>
      <LatestHistory folder={folder} />
    </div>
  )
}

function Now({ folder }: FolderTabProps) {
  const { role, files, bytes, needFiles, receivedPerSecond, sentPerSecond, state } = folder
  const { tone, why } = describeFolder(folder)
  const isSyncing = needFiles > 0 && state === 'syncing'
  return (
    <section class={`card now tone-${tone}`} aria-label={t('overview-now')}>
      <div class="now-state">
        <span class="summary-icon">
          <Icon name={toneIcons[tone]} />
        </span>
        <p>{why === undefined ? t(`overview-${tone}`) : t(why.key, why.args)}</p>
      </div>
      {isSyncing && <Coming folder={folder} />}
      <Facts
        facts={[
          [
            t('overview-size'),
            <>
              {t('count-files', { files })}, <Size bytes={bytes} />
            </>,
          ],
          [t('folders-speed-down'), <Speed direction="down" bytesPerSecond={receivedPerSecond} />],
          [t('folders-speed-up'), <Speed direction="up" bytesPerSecond={sentPerSecond} />],
          [t('overview-access'), t(`role-${role}`)],
        ]}
      />
      <Decisions folder={folder} />
    </section>
  )
}

function Coming({ folder }: FolderTabProps) {
  const needBytes = stillToCome(folder, transfersSignal(folder.id).value)
  const seconds = timeLeft(needBytes, folder.receivedPerSecond)
  return (
    <div class="coming">
      <Progress part={progressOf({ bytes: folder.bytes, needBytes })} label={t('overview-progress')} />
      {seconds !== undefined && (
        <p class="about">{t('overview-time-left', { time: formatDuration(seconds) })}</p>
      )}
    </div>
  )
}

/** What waits for a person, and what is not kept, each with the way there. */
function Decisions({ folder }: FolderTabProps) {
  const { id, conflicts, localChanges, notKept } = folder
  const links: readonly (readonly [tab: FolderTab, text: string])[] = [
    ...(conflicts > 0 ? [['conflicts', t('overview-conflicts', { conflicts })] as const] : []),
    ...(localChanges > 0 ? [['changes', t('overview-local-changes', { files: localChanges })] as const] : []),
    ...(notKept.files > 0 ? [['settings', t('overview-not-kept', notKept)] as const] : []),
  ]
  if (links.length === 0) return null
  return (
    <ul class="decisions">
      {links.map(([tab, text]) => (
        <li key={tab}>
          <a href={hrefOf({ page: 'folder', folder: id, tab })}>
            <span>{text}</span>
            <Icon name="right" />
          </a>
        </li>
      ))}
    </ul>
  )
}
