/** Copying a text, and showing it as a QR code. */
import { useState } from 'preact/hooks'
import type { QrDrawing } from '../../src/api/schemas/folders.ts'
import { api } from '../api/request.ts'
import { t } from '../text/translate.ts'
import { Button } from './button.tsx'
import { Show, useLoaded } from './use-loaded.tsx'

/** How long it says that it was copied. */
const saidMs = 2000

export function CopyButton({ text, label }: { readonly text: string; readonly label?: string }) {
  const [isCopied, setCopied] = useState(false)
  async function copy(): Promise<void> {
    await copyText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), saidMs)
  }
  return (
    <Button icon={isCopied ? 'check' : 'copy'} onClick={copy}>
      <span aria-live="polite">{isCopied ? t('copied') : (label ?? t('copy'))}</span>
    </Button>
  )
}

/** The clipboard is only there over HTTPS; a page from the local network has to select and copy. */
async function copyText(text: string): Promise<void> {
  if (isSecureContext) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'unseen'
  // Inside an open dialog, because nothing outside it can be selected.
  const place = document.activeElement?.closest('dialog') ?? document.body
  const before = document.activeElement as HTMLElement | null
  place.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
  before?.focus()
}

/** Drawn by the device, because what draws one is much to load. Dark on light whatever the theme: cameras want it so. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const drawing = useLoaded(text, (signal) =>
    api.post<QrDrawing>('/api/qr-code/drawing', { text }, undefined, signal),
  )
  return (
    <div class="qr">
      <Show loading={drawing}>
        {({ size, path }) => (
          <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
            <path d={path} />
          </svg>
        )}
      </Show>
    </div>
  )
}
