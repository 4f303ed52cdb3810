/** One of a few that each need a sentence. */
import { useId } from 'preact/hooks'

export interface ExplainedOption<T extends string> {
  readonly value: T
  readonly label: string
  readonly about: string
}

export function ExplainedChoice<T extends string>({
  label,
  value,
  options,
  onChange,
  disabled,
}: {
  readonly label: string
  readonly value: T | undefined
  readonly options: readonly ExplainedOption<T>[]
  readonly onChange: (value: T) => unknown
  readonly disabled?: boolean
}) {
  const id = useId()
  return (
    <fieldset class="explained-choice" disabled={disabled}>
      <legend class="unseen">{label}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={id}
            checked={option.value === value}
            aria-describedby={`${id}-${option.value}`}
            onChange={() => onChange(option.value)}
          />
          <span>
            <strong>{option.label}</strong>
            <span id={`${id}-${option.value}`} class="about">
              {option.about}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
