/** A large button that explains itself: what it leads to, and a sentence about it. */
import { Icon, type IconName } from './icon.tsx'

export function ActionCard({
  icon,
  title,
  about,
  onClick,
}: {
  readonly icon: IconName
  readonly title: string
  readonly about: string
  readonly onClick: () => unknown
}) {
  return (
    <button type="button" class="action-card card" onClick={onClick}>
      <span class="action-card-icon">
        <Icon name={icon} />
      </span>
      <span class="action-card-text">
        <strong>{title}</strong>
        <span>{about}</span>
      </span>
      <Icon name="right" />
    </button>
  )
}
