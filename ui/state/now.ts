/** The time, for texts like "2 minutes ago": moves twice a minute, and only while somebody looks. */
import { signal } from '@preact/signals'

const stepMs = 30_000

export const now = signal(Date.now())

export function followTime(): void {
  const look = () => {
    if (!document.hidden) now.value = Date.now()
  }
  setInterval(look, stepMs)
  document.addEventListener('visibilitychange', look)
}
