/** What a file holds, shown: a picture or a text. Where it is neither, says so. */
import { useState } from 'preact/hooks'
import { type ContentPlace, loadContent } from '../../api/content.ts'
import { Button } from '../../parts/button.tsx'
import { useLoaded } from '../../parts/use-loaded.tsx'
import { type ComparedLine, plainLines } from '../../state/text-lines.ts'
import { formatBytes } from '../../text/format.ts'
import { errorText, t } from '../../text/translate.ts'

/** Fetched without being asked for; a larger one takes a moment on a home network. */
const freeBytes = 4_000_000

export function Preview({
  folder,
  place,
  name,
  sizeBytes,
}: {
  readonly folder: string
  readonly place: ContentPlace
  readonly name: string
  readonly sizeBytes: number
}) {
  const [isWanted, setWanted] = useState(sizeBytes <= freeBytes)
  if (!isWanted)
    return (
      <Button icon="eye" onClick={() => setWanted(true)}>
        {t('preview-show')}
      </Button>
    )
  return <LoadedPreview {...{ folder, place, name }} />
}

function LoadedPreview({
  folder,
  place,
  name,
}: {
  readonly folder: string
  readonly place: ContentPlace
  readonly name: string
}) {
  const { loaded } = useLoaded(`${folder} ${JSON.stringify(place)}`, (signal) =>
    loadContent(folder, place, signal),
  )
  if (loaded.state === 'loading') return <p class="loading">{t('loading')}</p>
  if (loaded.state === 'failed') return <p class="muted">{errorText(loaded.error)}</p>
  const content = loaded.value
  if (content === undefined) return <p class="muted">{t('preview-none')}</p>
  return content.kind === 'picture' ? (
    <Picture address={content.address} name={name} />
  ) : (
    <>
      <TextLines lines={plainLines(content.text)} label={name} />
      <CutNote cutFromBytes={content.cutFromBytes} />
    </>
  )
}

export function Picture({ address, name }: { readonly address: string; readonly name: string }) {
  const [isBroken, setBroken] = useState(false)
  if (isBroken) return <p class="muted">{t('preview-broken')}</p>
  return (
    <div class="picture">
      <img src={address} alt={t('preview-picture', { name })} onError={() => setBroken(true)} />
    </div>
  )
}

export function CutNote({ cutFromBytes }: { readonly cutFromBytes: number | undefined }) {
  return cutFromBytes === undefined ? null : (
    <p class="about">{t('preview-cut', { size: formatBytes(cutFromBytes) })}</p>
  )
}

/** Lines of a text with their numbers; those that only this text has are marked, for eyes and for ears. */
export function TextLines({
  lines,
  label,
}: {
  readonly lines: readonly ComparedLine[]
  readonly label: string
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard.
    <section class="text-lines" aria-label={label} tabIndex={0}>
      <ol>
        {lines.map((line, at) => (
          // What had a number and has none any more would count as the zeroth.
          <Line key={`${line.kind} ${at}`} line={line} />
        ))}
      </ol>
      {lines.length === 0 && <p class="muted">{t('preview-empty')}</p>}
    </section>
  )
}

function Line({ line }: { readonly line: ComparedLine }) {
  switch (line.kind) {
    case 'beside':
      return <li class="beside" aria-hidden="true" />
    case 'skipped':
      return <li class="skipped">{t('lines-same', { lines: line.lines })}</li>
    case 'same':
      return <li value={line.number}>{line.text}</li>
    case 'own':
      return (
        <li class="own" value={line.number}>
          <mark>{line.text}</mark>
        </li>
      )
  }
}
