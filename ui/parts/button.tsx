/** Buttons, and links that look like one. */
import type { ComponentChildren } from 'preact'
import { hrefOf, type Route } from '../state/route.ts'
import { Icon, type IconName } from './icon.tsx'

type Look = 'primary' | 'plain' | 'quiet' | 'danger'

interface ButtonProps {
  readonly look?: Look
  readonly icon?: IconName
  readonly onClick?: () => unknown
  readonly type?: 'button' | 'submit'
  /** It is being done; it cannot be asked for twice. */
  readonly isBusy?: boolean
  readonly disabled?: boolean
  readonly children: ComponentChildren
}

export function Button({
  look = 'plain',
  icon,
  onClick,
  type = 'button',
  isBusy,
  disabled,
  children,
}: ButtonProps) {
  return (
    <button
      type={type}
      class={`button ${look}`}
      disabled={disabled}
      aria-busy={isBusy}
      onClick={isBusy ? undefined : onClick}
    >
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  )
}

/** Only an icon to see, but with its word for who cannot see it. */
export function IconButton({
  icon,
  label,
  onClick,
  isPressed,
}: {
  readonly icon: IconName
  readonly label: string
  readonly onClick: () => unknown
  readonly isPressed?: boolean
}) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      aria-pressed={isPressed}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  )
}

export function ButtonLink({
  to,
  look = 'plain',
  icon,
  children,
}: {
  readonly to: Route
  readonly look?: Look
  readonly icon?: IconName
  readonly children: ComponentChildren
}) {
  return (
    <a class={`button ${look}`} href={hrefOf(to)}>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </a>
  )
}
