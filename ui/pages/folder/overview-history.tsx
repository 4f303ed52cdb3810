/** What happened last in a folder. */
import type { History } from '../../../src/api/schemas/history.ts'
import { api } from '../../api/request.ts'
import { Section } from '../../parts/page.tsx'
import { PathText } from '../../parts/path-text.tsx'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import { useNews } from '../../parts/use-news.ts'
import { When } from '../../parts/values.tsx'
import { describeHistory, type HistoryRow, haltCode } from '../../state/history-words.ts'
import { device } from '../../state/live.ts'
import { hrefOf } from '../../state/route.ts'
import { t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'
import { HistoryIcon } from '../history-icon.tsx'

const fewEntries = 5

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
              {history.map((row) => (
                <Row key={`${row.at} ${row.path} ${row.action}`} row={row} />
              ))}
            </ul>
          )
        }
      </Show>
    </Section>
  )
}

function Row({ row }: { readonly row: HistoryRow }) {
  const words = describeHistory(row, device.value?.name)
  return (
    <li class="row">
      <HistoryIcon action={row.action} />
      <div class="event-text">
        {haltCode(row) === undefined && row.path !== '' && <PathText path={row.path} />}
        <span class="about">
          <bdi>{t(words.key, words.args)}</bdi> · <When at={row.at} />
        </span>
      </div>
    </li>
  )
}
