/** What can be done with an appliance as a whole. Whatever takes it away for a while asks first. */
import { useState } from 'preact/hooks'
import { api } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { TextField } from '../../parts/field.tsx'
import { Icon, type IconName } from '../../parts/icon.tsx'
import { Section } from '../../parts/page.tsx'
import { doAndTell } from '../../parts/use-action.ts'
import type { Appliance } from '../../state/system-words.ts'
import { showToast } from '../../state/toasts.ts'
import { t } from '../../text/translate.ts'

const stops = ['restart', 'reboot', 'power-off', 'factory-reset'] as const
type Stop = (typeof stops)[number]
const icons: Readonly<Record<Stop, IconName>> = {
  restart: 'sync',
  reboot: 'restore',
  'power-off': 'power',
  'factory-reset': 'trash',
}

export function ActionsSection({ appliance }: { readonly appliance: Appliance }) {
  const [asked, setAsked] = useState<Stop | undefined>(undefined)
  return (
    <Section title={t('system-actions')}>
      <div class="page-actions">
        {appliance.canIdentify && (
          <Button
            icon="eye"
            onClick={() => doAndTell(() => api.post('/api/system/identify'), t('system-identify-done'))}
          >
            {t('system-identify')}
          </Button>
        )}
        <a class="button plain" href="/api/system/logs" download>
          <Icon name="arrow-down" />
          <span>{t('system-logs')}</span>
        </a>
        {stops.map((stop) => (
          <Button key={stop} icon={icons[stop]} onClick={() => setAsked(stop)}>
            {t(`system-${stop}`)}
          </Button>
        ))}
      </div>
      {asked && <Question stop={asked} appliance={appliance} onClose={() => setAsked(undefined)} />}
    </Section>
  )
}

function Question({
  stop,
  appliance,
  onClose,
}: {
  readonly stop: Stop
  readonly appliance: Appliance
  readonly onClose: () => void
}) {
  const [typed, setTyped] = useState('')
  const isReset = stop === 'factory-reset'
  return (
    <ConfirmDialog
      title={t(`system-${stop}`)}
      action={t(`system-${stop}`)}
      isDanger={isReset}
      isReady={!isReset || typed.trim().toLowerCase() === appliance.resetText}
      onConfirm={async () => {
        await api.post(`/api/system/${stop}`, ...(isReset ? [{ typed }] : []))
        showToast('ok', t('system-under-way'))
      }}
      onClose={onClose}
    >
      <p>{t(`system-${stop}-about`)}</p>
      {isReset && (
        <TextField
          label={t('type-to-confirm', { text: appliance.resetText })}
          value={typed}
          onInput={setTyped}
          autocomplete="off"
          isCode
        />
      )}
    </ConfirmDialog>
  )
}
