/** One line of the history: a day, or something that was done. */
import { folderName } from '../../state/folder-words.ts'
import {
  describeHistory,
  type HistoryItem,
  type HistoryRow,
  haltCode,
  toneOf,
} from '../../state/history-words.ts'
import { device } from '../../state/live.ts'
import { now } from '../../state/now.ts'
import { formatClock, formatDayHeading, formatExact } from '../../text/dates.ts'
import { formatBytes } from '../../text/format.ts'
import { t } from '../../text/translate.ts'
import { HistoryIcon } from '../history-icon.tsx'

export function HistoryItemView({ item }: { readonly item: HistoryItem }) {
  return item.kind === 'day' ? (
    <h2 class="history-day">{formatDayHeading(item.ms, now.value)}</h2>
  ) : (
    <Row row={item.row} />
  )
}

function Row({ row }: { readonly row: HistoryRow }) {
  const { action, at, path, folder, sizeBytes } = row
  const words = describeHistory(row, device.value?.name)
  const isOfFile = haltCode(row) === undefined && path !== ''
  const title = isOfFile ? folderName(path) : folderName(folder)
  return (
    <div class={`row history-row tone-${toneOf(action)}`}>
      <span class="history-icon">
        <HistoryIcon action={action} />
      </span>
      <div class="row-text">
        <strong title={isOfFile ? path : folder}>{title}</strong>
        <span class="about">{t(words.key, words.args)}</span>
        {isOfFile && (
          <span class="about">
            {sizeBytes > 0 && `${formatBytes(sizeBytes)} · `}
            {folderName(folder)}
          </span>
        )}
      </div>
      <Moment at={at} />
    </div>
  )
}

/** The time of day; exactly when as soon as it is pointed at or focused. */
function Moment({ at }: { readonly at: string }) {
  return (
    <button type="button" class="moment">
      <time dateTime={at}>{formatClock(Date.parse(at))}</time>
      <span class="moment-exact">{formatExact(at)}</span>
    </button>
  )
}
