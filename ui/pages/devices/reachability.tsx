/** Whether devices outside the local network can connect, in words, and what routers said. */
import type { ExplanationBody } from '../../../src/api/schemas/explanation.ts'
import { Callout } from '../../parts/callout.tsx'
import type { Tone } from '../../state/folder-words.ts'
import { t } from '../../text/translate.ts'

type Reachable = ExplanationBody['reachable']

const tones: Readonly<Record<Reachable['state'], Tone>> = {
  reachable: 'ok',
  likely: 'ok',
  relayed: 'waiting',
  unlikely: 'waiting',
  closed: 'problem',
}

export function Reachability({ reachable: { state, message, routers } }: { readonly reachable: Reachable }) {
  return (
    <Callout tone={tones[state]}>
      <strong>{t(`reachable-${state}`)}</strong>
      <OwnWords text={message} />
      {routers.map((router) => (
        <OwnWords key={router.at} text={router.message} />
      ))}
    </Callout>
  )
}

/** What the device itself says of it, which is English. */
export function OwnWords({ text }: { readonly text: string }) {
  return (
    <p class="own-words" lang="en">
      {text}
    </p>
  )
}
