/** The picture of the camera, until there is a code in it. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { Callout } from '../../parts/callout.tsx'
import { t } from '../../text/translate.ts'

export function Camera({ onText }: { readonly onText: (text: string) => void }) {
  const video = useRef<HTMLVideoElement>(null)
  const [hasFailed, setFailed] = useState(false)
  useEffect(() => {
    const leaving = new AbortController()
    import('./read-code.ts')
      .then(({ watchCamera }) => watchCamera(video.current!, leaving.signal))
      .then(
        (text) => {
          if (text !== undefined) onText(text)
        },
        () => setFailed(true),
      )
    return () => leaving.abort()
  }, [])
  if (hasFailed) return <Callout tone="problem">{t('scan-no-camera')}</Callout>
  return (
    <>
      <p class="about">{t('scan-camera-about')}</p>
      <video ref={video} class="camera" playsInline muted aria-label={t('scan-picture')} />
    </>
  )
}
