/** The picture of the camera, until there is a code in it. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { ApiError } from '../../api/api-error.ts'
import { Callout } from '../../parts/callout.tsx'
import { errorText, t } from '../../text/translate.ts'
import { watchCamera } from './read-code.ts'

export function Camera({ onText }: { readonly onText: (text: string) => void }) {
  const video = useRef<HTMLVideoElement>(null)
  const [fault, setFault] = useState<string | undefined>(undefined)
  useEffect(() => {
    const leaving = new AbortController()
    watchCamera(video.current!, leaving.signal).then(
      (text) => {
        if (text !== undefined && !leaving.signal.aborted) onText(text)
      },
      (thrown: unknown) => setFault(thrown instanceof ApiError ? errorText(thrown) : t('scan-no-camera')),
    )
    return () => leaving.abort()
  }, [])
  if (fault !== undefined) return <Callout tone="problem">{fault}</Callout>
  return (
    <>
      <p class="about">{t('scan-camera-about')}</p>
      <video ref={video} class="camera" playsInline muted aria-label={t('scan-picture')} />
    </>
  )
}
