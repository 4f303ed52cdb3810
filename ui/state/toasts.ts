/** Short messages that come up over the page and go by themselves; those about a failure stay until they are closed. */
import { signal } from '@preact/signals'

export interface Toast {
  readonly id: number
  readonly tone: 'ok' | 'problem'
  readonly text: string
}

/** Long enough to read a sentence twice. */
const shownMs = 6000
/** More at once nobody reads. */
const maxToasts = 3

export const toasts = signal<readonly Toast[]>([])

let lastId = 0

export function showToast(tone: Toast['tone'], text: string): void {
  lastId += 1
  const id = lastId
  toasts.value = [...toasts.value, { id, tone, text }].slice(-maxToasts)
  if (tone === 'ok') setTimeout(() => closeToast(id), shownMs)
}

export function closeToast(gone: number): void {
  toasts.value = toasts.value.filter(({ id }) => id !== gone)
}
