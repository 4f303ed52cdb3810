/** A number with its unit: how much, how fast, how long. Heard of when the person is done with it, not at each key. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useId, useRef } from 'preact/hooks'
import { type Amount, type AmountKind, joinAmount, splitAmount, unitLabel, unitsOf } from '../text/amount.ts'
import { t } from '../text/translate.ts'
import { Labelled } from './field.tsx'

/** What was typed, as long as it is what the value is, or was typed over the value that still holds. */
interface Draft extends Amount {
  readonly over: number
}

export function AmountField({
  label,
  about,
  fault,
  kind,
  value,
  none,
  onChange,
}: {
  readonly label: string
  readonly about?: ComponentChildren
  readonly fault?: string | undefined
  readonly kind: AmountKind
  /** Bytes, bytes a second, seconds, … as the setting holds it. */
  readonly value: number
  /** What 0 means, such as "no limit"; an empty field stands for it. */
  readonly none?: string
  /** Not called where nothing has changed, nor for what is no number. */
  readonly onChange: (value: number) => unknown
}) {
  const units = unitsOf(kind)
  const draft = useSignal<Draft | undefined>(undefined)
  const isMistyped = useSignal(false)
  const box = useRef<HTMLDivElement>(null)
  const unitId = useId()
  const own = splitAmount(value, units)
  const { text, unit } = isOf(value, draft.value)
    ? draft.value
    : none !== undefined && value === 0
      ? { ...own, text: '' }
      : own
  const offered = units.filter(({ name, isRare }) => !isRare || name === unit.name || name === own.unit.name)

  function edit(change: Partial<Amount>): void {
    isMistyped.value = false
    draft.value = { text, unit, ...change, over: value }
  }

  function finish(): void {
    const edited = draft.peek()
    if (edited === undefined) return
    const next = joinAmount(edited.text, edited.unit)
    isMistyped.value = next === undefined
    // After a refusal, what holds is chosen anew to be rid of the reason.
    if (next !== undefined && (next !== value || fault !== undefined)) onChange(next)
  }

  return (
    <Labelled {...{ label, about }} fault={isMistyped.value ? t('amount-mistyped') : fault}>
      {(described) => (
        <div
          ref={box}
          class="amount"
          onFocusOut={({ relatedTarget }) => {
            // Between the number and its unit nobody is done.
            if (!box.current?.contains(relatedTarget as Node | null)) finish()
          }}
        >
          <input
            {...described}
            class="input"
            inputMode={kind === 'count' || kind === 'days' ? 'numeric' : 'decimal'}
            autocomplete="off"
            maxLength={20}
            placeholder={none}
            value={text}
            onInput={(event) => edit({ text: event.currentTarget.value })}
            onKeyDown={(event) => event.key === 'Enter' && finish()}
          />
          {offered.length === 1 ? (
            unit.name !== '' && <span class="amount-unit">{unitLabel(unit, text)}</span>
          ) : (
            <select
              id={unitId}
              class="input"
              aria-label={t('amount-unit-of', { label })}
              value={unit.name}
              onChange={(event) => {
                edit({ unit: units.find(({ name }) => name === event.currentTarget.value)! })
                if (text !== '') finish()
              }}
            >
              {offered.map((one) => (
                <option key={one.name} value={one.name} selected={one.name === unit.name}>
                  {unitLabel(one, text)}
                </option>
              ))}
            </select>
          )}
        </div>
      )}
    </Labelled>
  )
}

function isOf(value: number, draft: Draft | undefined): draft is Draft {
  return draft !== undefined && (draft.over === value || joinAmount(draft.text, draft.unit) === value)
}
