/** What a person types into or chooses from: the label above, what it is about below, and what is wrong with it right beside. */
import type { ComponentChildren, InputHTMLAttributes } from 'preact'
import { useId, useState } from 'preact/hooks'
import { t } from '../text/translate.ts'
import { IconButton } from './button.tsx'
import { Icon } from './icon.tsx'

interface Around {
  readonly label: string
  /** A sentence that explains it. */
  readonly about?: ComponentChildren
  /** What is wrong with it. */
  readonly fault?: string | undefined
}

interface Described {
  readonly id: string
  readonly 'aria-describedby': string
  readonly 'aria-invalid': boolean
}

/** Label, explanation and fault around an input of any kind. */
export function Labelled({
  label,
  about,
  fault,
  children,
}: Around & { readonly children: (input: Described) => ComponentChildren }) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-describedby': `${id}-about ${id}-fault`, 'aria-invalid': fault !== undefined })}
      <p id={`${id}-about`} class="about">
        {about}
      </p>
      <p id={`${id}-fault`} class="fault" aria-live="polite">
        {fault && (
          <>
            <Icon name="alert" />
            {fault}
          </>
        )}
      </p>
    </div>
  )
}

interface TextProps extends Around {
  readonly value: string
  readonly onInput: (value: string) => void
  readonly type?: 'text' | 'search' | 'number' | 'datetime-local' | 'time'
  readonly placeholder?: string
  readonly autocomplete?: string
  readonly inputMode?: 'text' | 'numeric' | 'decimal' | 'url'
  readonly maxLength?: number
  /** For paths, secrets and addresses. */
  readonly isCode?: boolean
  readonly autofocus?: boolean
}

/** What a browser must not help with: it is no word of any language. */
const codeAttributes = { spellcheck: false, autocapitalize: 'off', autocorrect: 'off' } as const

export function TextField({ label, about, fault, onInput, isCode, ...input }: TextProps) {
  return (
    <Labelled {...{ label, about, fault }}>
      {(described) => (
        <input
          {...(input as InputHTMLAttributes)}
          {...described}
          {...(isCode ? codeAttributes : {})}
          class={isCode ? 'input code' : 'input'}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Labelled>
  )
}

export function TextArea({
  label,
  about,
  fault,
  value,
  onInput,
  rows = 4,
  placeholder,
}: Around & {
  readonly value: string
  readonly onInput: (value: string) => void
  readonly rows?: number
  readonly placeholder?: string
}) {
  return (
    <Labelled {...{ label, about, fault }}>
      {(described) => (
        <textarea
          {...described}
          {...codeAttributes}
          class="input code"
          rows={rows}
          placeholder={placeholder}
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Labelled>
  )
}

export function PasswordField({
  label,
  about,
  fault,
  value,
  onInput,
  isNew,
  autofocus,
}: Around & {
  readonly value: string
  readonly onInput: (value: string) => void
  readonly isNew?: boolean
  readonly autofocus?: boolean
}) {
  const [isShown, setShown] = useState(false)
  return (
    <Labelled {...{ label, about, fault }}>
      {(described) => (
        <div class="with-button">
          <input
            {...described}
            {...typeOf(isShown)}
            class="input"
            autocomplete={isNew ? 'new-password' : 'current-password'}
            maxLength={1024}
            autofocus={autofocus}
            value={value}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
          <IconButton
            icon={isShown ? 'eye-off' : 'eye'}
            label={t(isShown ? 'password-hide' : 'password-show')}
            onClick={() => setShown(!isShown)}
          />
        </div>
      )}
    </Labelled>
  )
}

/** The types of Preact know an input by its type, which changes here. */
function typeOf(isShown: boolean): InputHTMLAttributes {
  return { type: isShown ? 'text' : 'password' } as InputHTMLAttributes
}

export interface Option<T extends string> {
  readonly value: T
  readonly label: string
}

export function SelectField<T extends string>({
  label,
  about,
  fault,
  value,
  options,
  onChange,
}: Around & {
  readonly value: T
  readonly options: readonly Option<T>[]
  readonly onChange: (value: T) => void
}) {
  return (
    <Labelled {...{ label, about, fault }}>
      {(described) => (
        <select
          {...described}
          class="input"
          value={value}
          onChange={(event) => onChange(event.currentTarget.value as T)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value} selected={option.value === value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  )
}

/** One of a few, all of them in sight. */
export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string
  readonly value: T
  readonly options: readonly Option<T>[]
  readonly onChange: (value: T) => void
}) {
  const name = useId()
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      <div class="choice-options">
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

export function Switch({
  label,
  about,
  isOn,
  onChange,
  disabled,
}: {
  readonly label: string
  readonly about?: ComponentChildren
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => unknown
  readonly disabled?: boolean
}) {
  const id = useId()
  return (
    <div class="switch">
      <div>
        <label for={id}>{label}</label>
        <p id={`${id}-about`} class="about">
          {about}
        </p>
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        checked={isOn}
        aria-checked={isOn}
        disabled={disabled}
        aria-describedby={`${id}-about`}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </div>
  )
}
