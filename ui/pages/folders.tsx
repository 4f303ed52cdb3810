/** The first page: the device as a whole, and each folder with its state in words. */
import type { FolderStatusBody } from '../../src/api/schemas/status.ts'
import { ButtonLink } from '../parts/button.tsx'
import { Badge, toneIcons } from '../parts/callout.tsx'
import { Icon } from '../parts/icon.tsx'
import { Menu } from '../parts/menu.tsx'
import { EmptyState, PageHeader } from '../parts/page.tsx'
import { Progress, Size, Speed } from '../parts/values.tsx'
import { describeFolder, folderName, overallTone, progressOf, stillToCome } from '../state/folder-words.ts'
import { device, folders, snapshot, traffic, transfersSignal } from '../state/live.ts'
import { goTo, hrefOf } from '../state/route.ts'
import { formatBytes } from '../text/format.ts'
import { t } from '../text/translate.ts'
import { FolderCallouts, switchPause } from './folder-state.tsx'

export function FoldersPage() {
  const add = (
    <ButtonLink to={{ page: 'add-folder' }} look="primary" icon="plus">
      {t('folders-add')}
    </ButtonLink>
  )
  return (
    <>
      <PageHeader title={t('folders-title')}>{folders.value.length > 0 && add}</PageHeader>
      {snapshot.value === undefined && <p class="loading">{t('loading')}</p>}
      {snapshot.value !== undefined && folders.value.length === 0 && (
        <EmptyState icon="folder" title={t('folders-empty-title')} actions={add}>
          {t('folders-empty-about')}
        </EmptyState>
      )}
      {folders.value.length > 0 && (
        <>
          <Summary />
          <ul class="folder-list" aria-label={t('folders-list-label')}>
            {folders.value.map((folder) => (
              <FolderRow key={folder.id} folder={folder} />
            ))}
          </ul>
        </>
      )}
    </>
  )
}

/** The whole device in one look. */
function Summary() {
  const tone = overallTone(folders.value)
  const totalFiles = folders.value.reduce((sum, { files }) => sum + files, 0)
  const totalBytes = folders.value.reduce((sum, { bytes }) => sum + bytes, 0)
  const now = traffic.value
  return (
    <section class={`summary card tone-${tone}`} aria-label={t(`folders-all-${tone}`)}>
      <span class="summary-icon">
        <Icon name={toneIcons[tone]} />
      </span>
      <div class="summary-state">
        <strong>{t(`folders-all-${tone}`)}</strong>
        <span class="muted">{device.value?.limits.paused ? t('limits-paused') : device.value?.name}</span>
      </div>
      <dl class="summary-facts">
        {now && (
          <>
            <div>
              <dt>{t('folders-speed-down')}</dt>
              <dd>
                <Speed direction="down" bytesPerSecond={now.receivedPerSecond} />
              </dd>
            </div>
            <div>
              <dt>{t('folders-speed-up')}</dt>
              <dd>
                <Speed direction="up" bytesPerSecond={now.sentPerSecond} />
              </dd>
            </div>
          </>
        )}
        <div>
          <dt>{t('folders-total')}</dt>
          <dd>
            {t('count-files', { files: totalFiles })}, <Size bytes={totalBytes} />
          </dd>
        </div>
        {now && (
          <div>
            <dt>{t('folders-since-start')}</dt>
            <dd>
              <span class="number">↓ {formatBytes(now.received)}</span>{' '}
              <span class="number">↑ {formatBytes(now.sent)}</span>
            </dd>
          </div>
        )}
      </dl>
    </section>
  )
}

function FolderRow({ folder }: { readonly folder: FolderStatusBody }) {
  const { id, path, role, files, bytes, needBytes, peers, state: now } = folder
  const { tone, state, why } = describeFolder(folder)
  const name = folderName(path)
  const isMoving = folder.receivedPerSecond + folder.sentPerSecond > 0
  const tabs = (tab: 'overview' | 'sharing') => ({ page: 'folder', folder: id, tab }) as const
  return (
    <li class={`folder-row card tone-${tone}`}>
      <div class="folder-head">
        <span class="folder-icon">
          <Icon name="folder" />
        </span>
        <div class="folder-title">
          <h2>
            <a href={hrefOf(tabs('overview'))}>{name}</a>
          </h2>
          <p class="path">{path}</p>
        </div>
        <Badge tone={tone}>{t(state.key, state.args)}</Badge>
        <Menu
          label={t('folder-menu', { folder: name })}
          items={[
            {
              icon: now === 'paused' ? 'play' : 'pause',
              label: t(now === 'paused' ? 'resume' : 'pause'),
              onClick: () => switchPause(folder),
            },
            { icon: 'share', label: t('folder-share'), onClick: () => goTo(tabs('sharing')) },
            { icon: 'folder', label: t('folder-open'), onClick: () => goTo(tabs('overview')) },
          ]}
        />
      </div>
      {needBytes > 0 && (
        <Progress part={progressOf({ bytes, needBytes: stillToCome(folder, transfersSignal(id).value) })} />
      )}
      {why && <p class="why">{t(why.key, why.args)}</p>}
      <FolderCallouts folder={folder} />
      <ul class="folder-facts">
        <li>
          {t('count-files', { files })}, <Size bytes={bytes} />
        </li>
        <li>{t('peers-online', { peers: peers.length })}</li>
        {now !== 'joining' && now !== 'refused' && <li>{t(`role-${role}`)}</li>}
        {isMoving && (
          <li class="speeds">
            <Speed direction="down" bytesPerSecond={folder.receivedPerSecond} />
            <Speed direction="up" bytesPerSecond={folder.sentPerSecond} />
          </li>
        )}
      </ul>
    </li>
  )
}
