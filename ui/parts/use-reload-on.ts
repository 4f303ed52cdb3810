/** Fetches again what is not in the stream of events, when something in it has changed; what changes often is taken together. */
import { useEffect, useRef } from 'preact/hooks'

/** Soon enough for who watches, rarely enough for a device that is busy syncing. */
const leastMs = 2000

/** `reload` is called after `value` became another, and not more often than every few seconds. */
export function useReloadOn(value: unknown, reload: () => void): void {
  const planned = useRef<ReturnType<typeof setTimeout>>(undefined)
  const seen = useRef(value)
  const latest = useRef(reload)
  latest.current = reload
  useEffect(() => {
    if (seen.current === value) return
    seen.current = value
    planned.current ??= setTimeout(() => {
      planned.current = undefined
      latest.current()
    }, leastMs)
  }, [value])
  useEffect(() => () => clearTimeout(planned.current), [])
}
