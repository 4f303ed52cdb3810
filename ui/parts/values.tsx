/** Sizes, speeds, times and progress, as they are written everywhere. */
import { now } from '../state/now.ts'
import { formatBytes, formatPercent, formatRelative, formatSpeed, formatTime } from '../text/format.ts'
import { t } from '../text/translate.ts'
import { Icon } from './icon.tsx'

export function Size({ bytes }: { readonly bytes: number }) {
  return <span class="number">{formatBytes(bytes)}</span>
}

/** How fast it goes, with its direction as an arrow and a word. */
export function Speed({
  direction,
  bytesPerSecond,
}: {
  readonly direction: 'down' | 'up'
  readonly bytesPerSecond: number
}) {
  return (
    <span class={`speed number ${bytesPerSecond > 0 ? direction : 'none'}`}>
      <Icon name={`arrow-${direction}`} />
      <span class="unseen">{t(direction === 'down' ? 'folders-speed-down' : 'folders-speed-up')} </span>
      {formatSpeed(bytesPerSecond)}
    </span>
  )
}

/** "2 minutes ago"; exactly when, on hovering and for programs. */
export function When({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={formatTime(at)}>
      {formatRelative(at, now.value)}
    </time>
  )
}

/** `part` from 0 to 1. */
export function Progress({ part, label }: { readonly part: number; readonly label?: string }) {
  return (
    <div
      class="progress"
      role="progressbar"
      aria-label={label ?? t('progress-label')}
      aria-valuenow={Math.floor(part * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuetext={formatPercent(part)}
    >
      <div style={{ translate: `calc(${part * 100}% - 100%)` }} />
    </div>
  )
}
