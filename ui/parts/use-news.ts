/** Has something looked at again when it may be other than before: soon, but not at every change. */
import { useEffect, useRef } from 'preact/hooks'
import { createPace } from '../state/pace.ts'

/** As fresh as a person notices, at a cost a small device does not. */
const leastMs = 2_000

/** `value` becomes another whenever `look` should be called. */
export function useNews(value: unknown, look: () => void): void {
  const latest = useRef(look)
  latest.current = look
  const pace = useRef<ReturnType<typeof createPace> | undefined>(undefined)
  const seen = useRef(value)
  useEffect(() => {
    const own = createPace(() => latest.current(), leastMs)
    pace.current = own
    return () => own[Symbol.dispose]()
  }, [])
  useEffect(() => {
    if (seen.current !== value) pace.current?.call()
    seen.current = value
  }, [value])
}
