/** What went wrong, beside what was done. It is there before anything has, so that a screen reader speaks up when something does. */
import { Icon } from './icon.tsx'

export function Fault({ text }: { readonly text: string | undefined }) {
  return (
    <p class="fault" role="alert">
      {text && (
        <>
          <Icon name="alert" />
          {text}
        </>
      )}
    </p>
  )
}
