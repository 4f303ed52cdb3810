/** Backups of what makes this device this device: made, kept on disks, restored. Files of folders are never in them. */
import { useState } from 'preact/hooks'
import type { BackupMade, Backups, RestoredBackup } from '../../../src/api/schemas/backups.ts'
import { api } from '../../api/request.ts'
import { fileToBase64, saveFile } from '../../parts/browser-file.ts'
import { Button } from '../../parts/button.tsx'
import { Callout } from '../../parts/callout.tsx'
import { Fault } from '../../parts/fault.tsx'
import { Choice, Labelled, PasswordField, SelectField } from '../../parts/field.tsx'
import { NewPasswordFields, useNewPassword } from '../../parts/new-password.tsx'
import { Section } from '../../parts/page.tsx'
import { doAndTell, useAction } from '../../parts/use-action.ts'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import { When } from '../../parts/values.tsx'
import { folders } from '../../state/live.ts'
import { formatTime } from '../../text/format.ts'
import { t } from '../../text/translate.ts'

export function BackupSection() {
  const loading = useLoaded('backups', (signal) => api.get<Backups>('/api/backups', {}, signal))
  return (
    <Show loading={loading}>
      {(backups) => (
        <>
          <Make backups={backups} reload={loading.reload} />
          <Restore found={backups.found} />
        </>
      )}
    </Show>
  )
}

function Make({
  backups: { canKeep, keptSince },
  reload,
}: {
  readonly backups: Backups
  readonly reload: () => void
}) {
  const chosen = useNewPassword()
  const [to, setTo] = useState<'file' | 'disks'>('file')
  const { run, isBusy, fault, faultCode } = useAction(async () => {
    const passphrase = chosen.password
    if (to === 'file') {
      const { name, data } = await api.post<BackupMade>('/api/backups', { passphrase })
      saveFile(name, data)
    } else {
      await api.put('/api/backups/passphrase', { passphrase })
      reload()
    }
    chosen.clear()
  })
  return (
    <Section title={t('backup-make')} about={t('backup-about')}>
      {keptSince !== undefined && (
        <Callout
          tone="ok"
          actions={
            <Button onClick={() => doAndTell(() => api.remove('/api/backups/passphrase').then(reload))}>
              {t('backup-stop')}
            </Button>
          }
        >
          {t('backup-kept')} <When at={keptSince} />
        </Callout>
      )}
      <form
        class="narrow"
        onSubmit={(event) => {
          event.preventDefault()
          if (chosen.isReady()) run()
        }}
      >
        {canKeep && (
          <Choice
            label={t('backup-to')}
            value={to}
            options={(['file', 'disks'] as const).map((value) => ({ value, label: t(`backup-to-${value}`) }))}
            onChange={setTo}
          />
        )}
        <NewPasswordFields
          chosen={chosen}
          label={t('backup-passphrase')}
          again={t('backup-passphrase-again')}
          refused={faultCode === 'passphrase-weak' ? fault : undefined}
        />
        <p class="about">{t('backup-passphrase-about')}</p>
        <Fault text={faultCode === 'passphrase-weak' ? undefined : fault} />
        <div>
          <Button type="submit" icon="arrow-down" isBusy={isBusy}>
            {t(`backup-to-${to}`)}
          </Button>
        </div>
      </form>
    </Section>
  )
}

function Restore({ found }: { readonly found: Backups['found'] }) {
  const [from, setFrom] = useState(found.length > 0 ? '0' : 'file')
  const [file, setFile] = useState<File | undefined>(undefined)
  const [passphrase, setPassphrase] = useState('')
  const [replace, setReplace] = useState(false)
  const [restored, setRestored] = useState<RestoredBackup | undefined>(undefined)
  const count = folders.value.length
  const { run, isBusy, fault } = useAction(async () => {
    const onDisk = found[Number(from)]
    const place = onDisk ? { disk: onDisk.disk, file: onDisk.file } : { data: await fileToBase64(file!) }
    setRestored(await api.post<RestoredBackup>('/api/backups/restore', { passphrase, replace, ...place }))
  })
  const isReady = passphrase !== '' && (from !== 'file' || file !== undefined) && (count === 0 || replace)
  if (restored) return <Callout tone="ok">{t('backup-restored', { device: restored.deviceName })}</Callout>
  return (
    <Section title={t('backup-restore')} about={t('backup-restore-about')}>
      <form
        class="narrow"
        onSubmit={(event) => {
          event.preventDefault()
          if (isReady) run()
        }}
      >
        {found.length > 0 && (
          <SelectField
            label={t('system-backup')}
            value={from}
            options={[
              ...found.map(({ disk, deviceName, made }, at) => ({
                value: String(at),
                label: `${deviceName}, ${formatTime(made)} (${disk})`,
              })),
              { value: 'file', label: t('backup-from-file') },
            ]}
            onChange={setFrom}
          />
        )}
        {from === 'file' && (
          <Labelled label={t('backup-file')}>
            {(described) => (
              <input
                {...described}
                type="file"
                class="input"
                onChange={(event) => setFile(event.currentTarget.files?.[0])}
              />
            )}
          </Labelled>
        )}
        <PasswordField
          label={t('backup-passphrase')}
          value={passphrase}
          onInput={setPassphrase}
          fault={fault}
        />
        {count > 0 && (
          <label class="check">
            <input
              type="checkbox"
              checked={replace}
              onChange={(event) => setReplace(event.currentTarget.checked)}
            />
            <span>{t('backup-replace', { folders: count })}</span>
          </label>
        )}
        <div>
          <Button type="submit" icon="restore" isBusy={isBusy} disabled={!isReady}>
            {t('backup-restore')}
          </Button>
        </div>
      </form>
    </Section>
  )
}
