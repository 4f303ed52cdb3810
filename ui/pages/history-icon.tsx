/** What was done to a file, as a picture: the same in the history and on the page of a folder. */
import { Icon, type IconName } from '../parts/icon.tsx'
import type { HistoryAction } from '../state/history-words.ts'

const icons: Readonly<Record<HistoryAction, IconName>> = {
  received: 'arrow-down',
  repaired: 'restore',
  changed: 'edit',
  moved: 'right',
  deleted: 'trash',
  conflict: 'conflict',
  restored: 'restore',
  'not-kept': 'archive',
  halted: 'alert',
  resumed: 'play',
}

export function HistoryIcon({ action }: { readonly action: string }) {
  return <Icon name={icons[action as HistoryAction] ?? 'info'} />
}
