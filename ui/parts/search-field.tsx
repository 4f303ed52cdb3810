/** Searches a list as one types: tells what is looked for when the typing pauses. */
import type { InputHTMLAttributes } from 'preact'
import { useEffect, useId, useState } from 'preact/hooks'
import { Icon } from './icon.tsx'

/** Shorter than a pause to think, longer than between two keys. */
const pauseMs = 250
/** The daemon takes no more. */
const maxCharacters = 200

export function SearchField({
  label,
  value,
  onSearch,
}: {
  readonly label: string
  readonly value: string
  readonly onSearch: (text: string) => void
}) {
  const id = useId()
  const [text, setText] = useState(value)
  useEffect(() => {
    if (text === value) return
    const timer = setTimeout(() => onSearch(text), pauseMs)
    return () => clearTimeout(timer)
  }, [text])
  useEffect(() => setText(value), [value])
  return (
    <div class="search-field">
      <Icon name="search" />
      <label class="unseen" for={id}>
        {label}
      </label>
      <input
        id={id}
        {...({ type: 'search' } as InputHTMLAttributes)}
        class="input"
        placeholder={label}
        maxLength={maxCharacters}
        value={text}
        autocomplete="off"
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </div>
  )
}
