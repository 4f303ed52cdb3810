/** Something that most people never need: its name, and all of it once it is opened. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Icon } from './icon.tsx'

export function Disclosure({
  summary,
  children,
}: {
  readonly summary: ComponentChildren
  readonly children: ComponentChildren
}) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details class="disclosure" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name="right" />
        <span>{summary}</span>
      </summary>
      {isOpen && <div class="disclosure-body">{children}</div>}
    </details>
  )
}
