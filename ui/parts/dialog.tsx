/** A question over the page. The browser keeps the focus inside, and gives it back where it was. */

import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { t } from '../text/translate.ts'
import { Button, IconButton } from './button.tsx'
import { Fault } from './fault.tsx'
import { useAction } from './use-action.ts'

/** Shown as long as it is drawn. `onClose` hears that the person wants it gone. */
export function Dialog({
  title,
  onClose,
  children,
  actions,
}: {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
  readonly actions?: ComponentChildren
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  // Closed while it is still in the page: only then does the browser give the focus back.
  useLayoutEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    return () => shown?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <header>
        <h2 id={titleId}>{title}</h2>
        <IconButton icon="close" label={t('close')} onClick={onClose} />
      </header>
      <div class="dialog-body">{children}</div>
      {actions && <footer>{actions}</footer>}
    </dialog>
  )
}

/** Asks before something is done that is not easily undone. */
export function ConfirmDialog({
  title,
  action,
  isDanger,
  isReady = true,
  onConfirm,
  onClose,
  children,
}: {
  readonly title: string
  /** What the button says: the deed itself, not "OK". */
  readonly action: string
  readonly isDanger?: boolean
  /** Where something has to be said or read first. */
  readonly isReady?: boolean
  readonly onConfirm: () => Promise<unknown>
  readonly onClose: () => void
  readonly children: ComponentChildren
}) {
  const { run, isBusy, fault } = useAction(async () => {
    await onConfirm()
    onClose()
  })
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look={isDanger ? 'danger' : 'primary'} isBusy={isBusy} disabled={!isReady} onClick={run}>
            {action}
          </Button>
        </>
      }
    >
      {children}
      <Fault text={fault} />
    </Dialog>
  )
}
