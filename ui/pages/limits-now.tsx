/** The limits that hold right now, in a sentence. */
import { device } from '../state/live.ts'
import { describeLimits } from '../state/transfer-words.ts'
import { formatDayAndClock } from '../text/dates.ts'
import { formatSpeed } from '../text/format.ts'
import { t } from '../text/translate.ts'

export function LimitsNow() {
  const limits = device.value?.limits
  if (limits === undefined) return null
  const { words, until } = describeLimits(limits)
  const speedOf = (limit: number) => (limit === 0 ? t('limits-any') : formatSpeed(limit))
  return (
    <>
      {t(words.key, { up: speedOf(limits.upload), down: speedOf(limits.download) })}{' '}
      {until && t('limits-until', { time: formatDayAndClock(Date.parse(until)) })}
    </>
  )
}
