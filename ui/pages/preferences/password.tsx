/** Choosing another password for this page. */
import { api } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { NewPasswordFields, useNewPassword } from '../../parts/new-password.tsx'
import { Section } from '../../parts/page.tsx'
import { useAction } from '../../parts/use-action.ts'
import { showToast } from '../../state/toasts.ts'
import { t } from '../../text/translate.ts'

export function PasswordSection({ onChanged }: { readonly onChanged: () => void }) {
  const chosen = useNewPassword()
  const { run, isBusy, fault } = useAction(async () => {
    await api.put('/api/access/password', { password: chosen.password })
    chosen.clear()
    onChanged()
    showToast('ok', t('password-was-changed'))
  })
  return (
    <Section title={t('password')} about={t('password-change-about')}>
      <form
        class="narrow"
        onSubmit={(event) => {
          event.preventDefault()
          if (chosen.isReady()) run()
        }}
      >
        <NewPasswordFields chosen={chosen} label={t('password-new')} refused={fault} />
        <div>
          <Button type="submit" icon="lock" isBusy={isBusy}>
            {t('password-change-action')}
          </Button>
        </div>
      </form>
    </Section>
  )
}
