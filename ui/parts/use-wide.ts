/** Whether there is room for columns: what stylesheets ask at the same width, for what they cannot decide. */
import { signal } from '@preact/signals'

const wide = matchMedia('(min-width: 700px)')
const isWide = signal(wide.matches)

wide.addEventListener('change', () => {
  isWide.value = wide.matches
})

export function useWide(): boolean {
  return isWide.value
}
