/** Whether there is room for more than a phone has; the same width as in the stylesheet. */
import { useEffect, useState } from 'preact/hooks'

const wide = '(min-width: 700px)'

export function useIsWide(): boolean {
  const [isWide, setWide] = useState(() => matchMedia(wide).matches)
  useEffect(() => {
    const query = matchMedia(wide)
    const follow = () => setWide(query.matches)
    query.addEventListener('change', follow)
    return () => query.removeEventListener('change', follow)
  }, [])
  return isWide
}
