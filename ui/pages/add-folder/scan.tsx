/** Reading a code: from a photo everywhere, with the camera where the browser allows it. */
import { useRef, useState } from 'preact/hooks'
import { ApiError } from '../../api/api-error.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { errorText, t } from '../../text/translate.ts'
import { Camera } from './camera.tsx'
import { readCode } from './read-code.ts'

export function Scan({
  onText,
  onFault,
}: {
  readonly onText: (text: string) => void
  readonly onFault: (fault: string) => void
}) {
  const [isBusy, setBusy] = useState(false)
  const [isOpen, setOpen] = useState(false)
  const input = useRef<HTMLInputElement>(null)

  async function read(photo: File | undefined): Promise<void> {
    if (photo === undefined) return
    setBusy(true)
    try {
      const text = await readCode(photo)
      if (text === undefined) onFault(t('scan-nothing'))
      else onText(text)
    } catch (thrown) {
      onFault(thrown instanceof ApiError ? errorText(thrown) : t('scan-unreadable'))
    } finally {
      setBusy(false)
      // So that the same photo can be chosen again.
      if (input.current) input.current.value = ''
    }
  }

  // Over plain HTTP, as in most homes, browsers give the camera to nobody.
  const hasCamera = isSecureContext && 'mediaDevices' in navigator
  return (
    <div class="scan">
      {hasCamera && (
        <Button icon="qr" onClick={() => setOpen(true)}>
          {t('scan-camera')}
        </Button>
      )}
      <Button icon="image" isBusy={isBusy} onClick={() => input.current?.click()}>
        {t('scan-photo')}
      </Button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        capture="environment"
        hidden
        onChange={(event) => read(event.currentTarget.files?.[0])}
      />
      {isOpen && (
        <Dialog title={t('scan-camera')} onClose={() => setOpen(false)}>
          <Camera
            onText={(text) => {
              setOpen(false)
              onText(text)
            }}
          />
        </Dialog>
      )}
    </div>
  )
}
