/** Has something looked at again when it may be other than before: soon, but not at every change. */
import { useEffect, useRef } from 'preact/hooks'
import { createPace } from '../state/pace.ts'

/** As fresh as a person notices, at a cost a small device does not. */
const leastMs = 2_000

/** `sign` changes whenever `look` should be called. */
export function useNews(sign: string, look: () => void): void {
  const latest = useRef(look)
  latest.current = look
  const pace = useRef<ReturnType<typeof createPace> | undefined>(undefined)
  const shown = useRef(sign)
  useEffect(() => {
    const own = createPace(() => latest.current(), leastMs)
    pace.current = own
    return () => own[Symbol.dispose]()
  }, [])
  useEffect(() => {
    if (shown.current !== sign) pace.current?.call()
    shown.current = sign
  }, [sign])
}
