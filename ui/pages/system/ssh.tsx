/** Who may log in to an appliance over SSH: nobody, or who holds one of some keys. */
import { useState } from 'preact/hooks'
import { api } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { Switch, TextArea } from '../../parts/field.tsx'
import { Facts, Section } from '../../parts/page.tsx'
import { useAction } from '../../parts/use-action.ts'
import type { Appliance } from '../../state/system-words.ts'
import { showToast } from '../../state/toasts.ts'
import { t } from '../../text/translate.ts'

export function SshSection({
  appliance,
  reload,
}: {
  readonly appliance: Appliance
  readonly reload: () => void
}) {
  const { ssh } = appliance
  const [isOn, setOn] = useState(ssh.enabled)
  const [keys, setKeys] = useState('')
  const { run, isBusy, fault } = useAction(async () => {
    await api.put('/api/system/ssh', { enabled: isOn, ...(keys.trim() === '' ? {} : { keys }) })
    setKeys('')
    showToast('ok', t('setting-saved'))
    reload()
  })
  return (
    <Section title="SSH" about={t('system-ssh-about')}>
      <form
        class="narrow"
        onSubmit={(event) => {
          event.preventDefault()
          run()
        }}
      >
        <Switch label={t('system-ssh-on')} isOn={isOn} onChange={setOn} />
        {ssh.keys.length > 0 && (
          <Facts
            facts={[
              [t('system-ssh-known'), ssh.keys.map(({ kind, comment }) => comment || kind).join(', ')],
              ...(ssh.fingerprint === undefined
                ? []
                : [[t('system-ssh-fingerprint'), <span class="code">{ssh.fingerprint}</span>] as const]),
            ]}
          />
        )}
        <TextArea
          label={t('system-ssh-keys')}
          about={t('system-ssh-keys-about')}
          placeholder="ssh-ed25519 AAAA…"
          rows={3}
          value={keys}
          onInput={setKeys}
          fault={fault}
        />
        <div>
          <Button type="submit" icon="check" isBusy={isBusy}>
            {t('save')}
          </Button>
        </div>
      </form>
    </Section>
  )
}
