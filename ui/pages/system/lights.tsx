/** What the lights of an appliance say: each pattern as a strip of two seconds, with its meaning in words. */
import type { LedPatternBody, LedsBody } from '../../../src/api/schemas/leds.ts'
import { api } from '../../api/request.ts'
import { Disclosure } from '../../parts/disclosure.tsx'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import { flashesOf } from '../../state/system-words.ts'
import { t, textOr } from '../../text/translate.ts'

export function LightsSection() {
  return (
    <section class="section card">
      <Disclosure summary={t('system-lights')}>
        <Patterns />
      </Disclosure>
    </section>
  )
}

function Patterns() {
  const loading = useLoaded('leds', (signal) => api.get<LedsBody>('/api/leds', {}, signal))
  return (
    <Show loading={loading}>
      {({ patterns }) => (
        <ul class="rows">
          {patterns.map(({ id, status, attention, meaning }) => (
            <li key={id} class="row light">
              <span class="light-strips" aria-hidden="true">
                <Strip blink={status} name="green" />
                <Strip blink={attention} name="amber" />
              </span>
              <span>{textOr(`light-${id}`, meaning)}</span>
            </li>
          ))}
        </ul>
      )}
    </Show>
  )
}

function Strip({
  blink,
  name,
}: {
  readonly blink: LedPatternBody['status']
  readonly name: 'green' | 'amber'
}) {
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: what is around it is hidden from who cannot see it, and its meaning stands beside it
    <svg class={`light-strip ${name}`} viewBox="0 0 100 8" preserveAspectRatio="none" focusable="false">
      {flashesOf(blink).map(({ from, length }) => (
        <rect key={from} x={from * 100} width={length * 100} height="8" />
      ))}
    </svg>
  )
}
