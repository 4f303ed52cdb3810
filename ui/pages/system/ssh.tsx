/** Who may log in to an appliance over SSH: nobody, or who holds one of the keys that were written on its card. */
import { useState } from 'preact/hooks'
import { api } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { Fault } from '../../parts/fault.tsx'
import { Switch } from '../../parts/field.tsx'
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
  return (
    <Section title="SSH" about={t('system-ssh-about')}>
      {ssh.keys.length > 0 && <SwitchForm ssh={ssh} reload={reload} />}
      <p>{t('system-ssh-how')}</p>
      <p class="code">ssh-key = ssh-ed25519 AAAA…</p>
    </Section>
  )
}

function SwitchForm({ ssh, reload }: { readonly ssh: Appliance['ssh']; readonly reload: () => void }) {
  const [isOn, setOn] = useState(ssh.enabled)
  const { run, isBusy, fault } = useAction(async () => {
    await api.put('/api/system/ssh', { enabled: isOn })
    showToast('ok', t('setting-saved'))
    reload()
  })
  return (
    <form
      class="narrow"
      onSubmit={(event) => {
        event.preventDefault()
        run()
      }}
    >
      <Switch label={t('system-ssh-on')} isOn={isOn} onChange={setOn} />
      <Facts
        facts={[
          [t('system-ssh-known'), ssh.keys.map(({ kind, comment }) => comment || kind).join(', ')],
          ...(ssh.fingerprint === undefined
            ? []
            : [[t('system-ssh-fingerprint'), <span class="code">{ssh.fingerprint}</span>] as const]),
        ]}
      />
      <Fault text={fault} />
      <div>
        <Button type="submit" icon="check" isBusy={isBusy}>
          {t('save')}
        </Button>
      </div>
    </form>
  )
}
