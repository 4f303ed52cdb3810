/** How much passed over a span: what the device tells of the past once, and what the stream of events tells from then on. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { TrafficHistory } from '../../../src/api/schemas/transfers.ts'
import { api } from '../../api/request.ts'
import { type Loading, useLoaded } from '../../parts/use-loaded.tsx'
import { traffic } from '../../state/live.ts'
import { goOn, seriesOf, type TrafficSeries, type TrafficSpan } from '../../state/traffic-series.ts'

const secondMs = 1000
/** After a sleep of the browser, what passed meanwhile is asked for instead of guessed. */
const longestGapSeconds = 5

export function useTraffic(span: TrafficSpan): Loading<TrafficSeries> {
  const isLive = span === 'minutes'
  const grown = useSignal<TrafficSeries | undefined>(undefined)
  const loading = useLoaded(isLive ? 'minutes' : 'days', async (signal) => {
    const told = await api.get<TrafficHistory>('/api/traffic', { span: isLive ? 'minutes' : 'days' }, signal)
    grown.value = undefined
    return seriesOf(told)
  })
  const { loaded, reload } = loading
  const told = loaded.state === 'ready' ? loaded.value : undefined

  useEffect(() => {
    if (!isLive || told === undefined) return
    let drawnMs = performance.now()
    const timer = setInterval(() => {
      if (document.hidden) return
      const seconds = Math.round((performance.now() - drawnMs) / secondMs)
      drawnMs += seconds * secondMs
      if (seconds > longestGapSeconds) return reload()
      const now = traffic.peek()
      if (seconds > 0 && now !== undefined) grown.value = goOn(grown.peek() ?? told, seconds, now)
    }, secondMs)
    return () => clearInterval(timer)
  }, [isLive, told])
  return isLive && grown.value !== undefined && told !== undefined
    ? { loaded: { state: 'ready', value: grown.value }, reload }
    : loading
}
