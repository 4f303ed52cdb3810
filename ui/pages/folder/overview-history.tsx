/** What happened last in a folder. */
import type { History } from '../../../src/api/schemas/history.ts'
import { api } from '../../api/request.ts'
import { Icon, type IconName } from '../../parts/icon.tsx'
import { Section } from '../../parts/page.tsx'
import { PathText } from '../../parts/path-text.tsx'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import { useNews } from '../../parts/use-news.ts'
import { When } from '../../parts/values.tsx'
import { hrefOf } from '../../state/route.ts'
import { t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'

const fewEntries = 5

const icons: Readonly<Record<string, IconName>> = {
  received: 'arrow-down',
  changed: 'edit',
  moved: 'right',
  deleted: 'trash',
  conflict: 'conflict',
  restored: 'restore',
  halted: 'alert',
  resumed: 'play',
  'not-kept': 'archive',
}

export function LatestHistory({ folder }: FolderTabProps) {
  const { id, files, bytes, needFiles, localChanges, state } = folder
  const loading = useLoaded(id, (signal) =>
    api.get<History>('/api/history', { folder: id, limit: fewEntries }, signal),
  )
  useNews(`${files} ${bytes} ${needFiles} ${localChanges} ${state}`, loading.reload)
  return (
    <Section
      title={t('overview-history')}
      actions={<a href={hrefOf({ page: 'history' })}>{t('overview-all-history')}</a>}
    >
      <Show loading={loading}>
        {({ history }) =>
          history.length === 0 ? (
            <p class="muted">{t('overview-history-none')}</p>
          ) : (
            <ul class="rows">
              {history.map(({ at, path, action, device }) => (
                <li key={`${at} ${path} ${action}`} class="row">
                  <Icon name={icons[action] ?? 'file'} />
                  <div class="event-text">
                    {/* What stopped it stands in the place of a path. */}
                    {path !== '' && action !== 'halted' && <PathText path={path} />}
                    <span class="about">
                      <bdi>{t(`event-${action}`, { device })}</bdi> · <When at={at} />
                    </span>
                  </div>
                </li>
              ))}
            </ul>
          )
        }
      </Show>
    </Section>
  )
}
