/** Short messages over the page, read out as they come. */
import { closeToast, toasts } from '../state/toasts.ts'
import { t } from '../text/translate.ts'
import { IconButton } from './button.tsx'
import { toneIcons } from './callout.tsx'
import { Icon } from './icon.tsx'

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, tone, text }) => (
        <div key={id} class={`toast tone-${tone}`}>
          <Icon name={toneIcons[tone]} />
          <span>{text}</span>
          <IconButton icon="close" label={t('close')} onClick={() => closeToast(id)} />
        </div>
      ))}
    </div>
  )
}
