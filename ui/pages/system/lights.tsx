/** What the lights of an appliance say: each pattern as a strip of two seconds, with its meaning in words. */
import type { Light } from '../../../src/api/schemas/system.ts'
import { Disclosure } from '../../parts/disclosure.tsx'
import { flashesOf } from '../../state/system-words.ts'
import { t, textOr } from '../../text/translate.ts'

export function LightsSection({ lights }: { readonly lights: readonly Light[] }) {
  return (
    <section class="section card">
      <Disclosure summary={t('system-lights')}>
        <ul class="rows">
          {lights.map(({ id, status, attention, meaning }) => (
            <li key={id} class="row light">
              <span class="light-strips" aria-hidden="true">
                <Strip blink={status} name="green" />
                <Strip blink={attention} name="amber" />
              </span>
              <span>{textOr(`light-${id}`, meaning)}</span>
            </li>
          ))}
        </ul>
      </Disclosure>
    </section>
  )
}

function Strip({ blink, name }: { readonly blink: Light['status']; readonly name: 'green' | 'amber' }) {
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: what is around it is hidden from who cannot see it, and its meaning stands beside it
    <svg class={`light-strip ${name}`} viewBox="0 0 100 8" preserveAspectRatio="none" focusable="false">
      {flashesOf(blink).map(({ from, length }) => (
        <rect key={from} x={from * 100} width={length * 100} height="8" />
      ))}
    </svg>
  )
}
