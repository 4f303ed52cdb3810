/** A button that opens a short list of things to do. Arrow keys, Escape and a click elsewhere do what one expects. */
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Icon, type IconName } from './icon.tsx'

export interface MenuItem {
  readonly label: string
  readonly icon: IconName
  readonly onClick: () => unknown
  readonly isDanger?: boolean
}

export function Menu({
  label,
  items,
  children,
}: {
  readonly label: string
  readonly items: readonly MenuItem[]
  /** What the button shows instead of three dots. */
  readonly children?: ComponentChildren
}) {
  const [isOpen, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const opener = useRef<HTMLButtonElement>(null)

  useLayoutEffect(() => {
    if (!isOpen) return
    buttonsOf(root.current)[0]?.focus()
    const closeElsewhere = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false)
    }
    addEventListener('pointerdown', closeElsewhere)
    return () => removeEventListener('pointerdown', closeElsewhere)
  }, [isOpen])

  function close(): void {
    setOpen(false)
    opener.current?.focus()
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (!isOpen) return
    if (event.key === 'Escape') return close()
    if (event.key === 'Tab') return setOpen(false)
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const buttons = buttonsOf(root.current)
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    buttons.at((at + step) % buttons.length)?.focus()
  }

  return (
    <div class="menu" ref={root} role="none" onKeyDown={onKeyDown}>
      <button
        ref={opener}
        type="button"
        class={children === undefined ? 'icon-button' : 'button plain'}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-label={label}
        onClick={() => setOpen(!isOpen)}
      >
        {children ?? <Icon name="more" />}
      </button>
      {isOpen && (
        <div class="menu-items" role="menu" aria-label={label}>
          {items.map((item) => (
            <button
              key={item.label}
              type="button"
              role="menuitem"
              class={item.isDanger ? 'danger' : ''}
              onClick={() => {
                close()
                item.onClick()
              }}
            >
              <Icon name={item.icon} />
              {item.label}
            </button>
          ))}
        </div>
      )}
    </div>
  )
}

function buttonsOf(root: HTMLElement | null): HTMLButtonElement[] {
  return [...(root?.querySelectorAll<HTMLButtonElement>('[role=menuitem]') ?? [])]
}
