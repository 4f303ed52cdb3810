/** What an appliance is called, for people and in the local network, and which time it keeps. */
import { useState } from 'preact/hooks'
import { api } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { SelectField, TextField } from '../../parts/field.tsx'
import { Section } from '../../parts/page.tsx'
import { useAction } from '../../parts/use-action.ts'
import { device } from '../../state/live.ts'
import type { Appliance } from '../../state/system-words.ts'
import { showToast } from '../../state/toasts.ts'
import { t } from '../../text/translate.ts'

export function NamesSection({
  appliance,
  reload,
}: {
  readonly appliance: Appliance
  readonly reload: () => void
}) {
  const [name, setName] = useState(device.peek()?.name ?? '')
  const [hostName, setHostName] = useState(appliance.hostName)
  const [timeZone, setTimeZone] = useState(appliance.timeZone)
  const known = Intl.supportedValuesOf('timeZone')
  const zones = known.includes(timeZone) ? known : [timeZone, ...known]
  const { run, isBusy, fault } = useAction(async () => {
    if (name !== device.peek()?.name) await api.patch('/api/settings', { values: { name } })
    if (timeZone !== appliance.timeZone) await api.put('/api/system/time-zone', { timeZone })
    if (hostName !== appliance.hostName) await api.put('/api/system/host-name', { hostName })
    showToast('ok', t('setting-saved'))
    reload()
  })
  return (
    <Section title={t('system-names')}>
      <form
        class="narrow"
        onSubmit={(event) => {
          event.preventDefault()
          run()
        }}
      >
        <TextField
          label={t('device-name')}
          value={name}
          onInput={setName}
          maxLength={64}
          autocomplete="off"
        />
        <TextField
          label={t('system-host-name')}
          about={t('system-host-name-about', { hostName: hostName.trim().toLowerCase() })}
          value={hostName}
          onInput={setHostName}
          maxLength={63}
          autocomplete="off"
          isCode
        />
        <SelectField
          label={t('system-time-zone')}
          value={timeZone}
          options={zones.map((value) => ({ value, label: value.replaceAll('_', ' ') }))}
          onChange={setTimeZone}
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
