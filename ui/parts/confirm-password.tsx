/** Asks for the password again where a request needs it, and lets the request go on. */
import { useState } from 'preact/hooks'
import { confirmPassword, settleConfirmation, wantedConfirmation } from '../state/session.ts'
import { t } from '../text/translate.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { PasswordField } from './field.tsx'
import { useAction } from './use-action.ts'

export function ConfirmPassword() {
  return wantedConfirmation.value === undefined ? null : <Question />
}

function Question() {
  const [password, setPassword] = useState('')
  const { run, isBusy, fault } = useAction(() => confirmPassword(password))
  return (
    <Dialog title={t('confirm-title')} onClose={() => settleConfirmation(false)}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (password !== '') run()
        }}
      >
        <p>{t('confirm-lead')}</p>
        <PasswordField label={t('password')} value={password} onInput={setPassword} fault={fault} autofocus />
        <div class="form-actions">
          <Button onClick={() => settleConfirmation(false)}>{t('cancel')}</Button>
          <Button type="submit" look="primary" icon="lock" isBusy={isBusy}>
            {t('confirm-action')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
