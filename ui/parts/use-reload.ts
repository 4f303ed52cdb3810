/** Keeps what was fetched in step with what the device tells, without asking again at each of many changes that come together. */
import { useEffect, useRef } from 'preact/hooks'

/** People do not read faster, and a slow device has time for its work. */
const restMs = 3000

/** Fetches again when `state` is another than when it was fetched last. */
export function useReload(state: string, reload: () => void): void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const known = useRef(state)
  const latest = useRef(reload)
  latest.current = reload
  useEffect(() => {
    if (known.current === state || timer.current !== undefined) return
    timer.current = setTimeout(() => {
      timer.current = undefined
      known.current = state
      latest.current()
    }, restMs)
  }, [state])
  useEffect(() => () => clearTimeout(timer.current), [])
}
