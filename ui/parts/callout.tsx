/** A few words set apart: a tone with its icon, and what to do about it. */
import type { ComponentChildren } from 'preact'
import type { Tone } from '../state/folder-words.ts'
import { Icon, type IconName } from './icon.tsx'

export const toneIcons: Readonly<Record<Tone, IconName>> = {
  ok: 'check',
  busy: 'sync',
  paused: 'pause',
  waiting: 'wait',
  problem: 'alert',
}

export function Callout({
  tone,
  children,
  actions,
}: {
  readonly tone: Tone
  readonly children: ComponentChildren
  readonly actions?: ComponentChildren
}) {
  return (
    <div class={`callout tone-${tone}`}>
      <Icon name={toneIcons[tone]} />
      <div class="callout-text">{children}</div>
      {actions && <div class="callout-actions">{actions}</div>}
    </div>
  )
}

/** A state in one or two words, with its colour and icon. */
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return (
    <span class={`badge tone-${tone}`}>
      <Icon name={toneIcons[tone]} />
      {children}
    </span>
  )
}
