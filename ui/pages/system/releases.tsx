/** Releases: which one runs, installing another from a file or a disk, and going back. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { OfferedRelease, Releases, Restarting } from '../../../src/api/schemas/releases.ts'
import { ApiError } from '../../api/api-error.ts'
import { api } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { Callout } from '../../parts/callout.tsx'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { Fault } from '../../parts/fault.tsx'
import { Labelled } from '../../parts/field.tsx'
import { Section } from '../../parts/page.tsx'
import { useAction } from '../../parts/use-action.ts'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import { Progress } from '../../parts/values.tsx'
import { errorText, t } from '../../text/translate.ts'

const path = '/api/system/releases'
/** The device takes no larger ones. */
const partBytes = 1024 ** 2
const refreshMs = 2000

export function ReleasesSection() {
  const loading = useLoaded(path, (signal) => api.get<Releases>(path, {}, signal))
  return <Show loading={loading}>{(releases) => <View releases={releases} reload={loading.reload} />}</Show>
}

function View({ releases, reload }: { readonly releases: Releases; readonly reload: () => void }) {
  const { running, triesLeft, before, failed, progress, offered } = releases
  const sent = useSignal<number | undefined>(undefined)
  const next = useSignal<string | undefined>(undefined)
  const isGoingBack = useSignal(false)
  const upload = useAction(async (file: File) => {
    try {
      for (let offset = 0; offset < file.size; offset += partBytes) {
        sent.value = offset / file.size
        await api.post(path, file.slice(offset, offset + partBytes), { offset, size: file.size })
      }
    } finally {
      sent.value = undefined
      reload()
    }
  })
  const install = useAction(async ({ file, disk }: OfferedRelease) => {
    const timer = setInterval(reload, refreshMs)
    try {
      next.value = (await api.post<Restarting>(`${path}/install`, { file, disk })).version
    } finally {
      clearInterval(timer)
      reload()
    }
  })
  // A release on trial is kept after a while.
  useEffect(() => {
    const timer = triesLeft === undefined ? undefined : setInterval(reload, 10 * refreshMs)
    return () => clearInterval(timer)
  }, [triesLeft])
  const part = sent.value ?? progress
  return (
    <Section title={t('release-title')} about={t('release-running', { version: running })}>
      {triesLeft !== undefined && <Callout tone="waiting">{t('release-trial')}</Callout>}
      {failed !== undefined && <Callout tone="problem">{t('release-failed', { version: failed })}</Callout>}
      {next.value !== undefined && (
        <Callout tone="busy">{t('release-restarting', { version: next.value })}</Callout>
      )}
      {offered.map((release) => (
        <p key={`${release.disk}/${release.file}`}>
          {release.version ?? release.file}
          {release.disk && ` (${release.disk})`}{' '}
          {release.fault ? (
            errorText(new ApiError({ ...release.fault, data: release.fault.data ?? {} }))
          ) : (
            <Button look="primary" isBusy={install.isBusy} onClick={() => install.run(release)}>
              {t('release-install')}
            </Button>
          )}
        </p>
      ))}
      {part !== undefined && <Progress part={part} label={t('release-progress')} />}
      <Labelled label={t('release-file')} about={t('release-about')}>
        {(described) => (
          <input
            {...described}
            type="file"
            class="input"
            accept=".release"
            disabled={part !== undefined}
            onChange={(event) => {
              const [file] = event.currentTarget.files ?? []
              if (file) upload.run(file)
            }}
          />
        )}
      </Labelled>
      <Fault text={upload.fault ?? install.fault} />
      {before !== undefined && (
        <div>
          <Button
            onClick={() => {
              isGoingBack.value = true
            }}
          >
            {t('release-back', { version: before })}
          </Button>
        </div>
      )}
      {isGoingBack.value && (
        <ConfirmDialog
          title={t('release-back', { version: before ?? '' })}
          action={t('release-back-action')}
          onConfirm={async () => {
            next.value = (await api.post<Restarting>(`${path}/roll-back`)).version
          }}
          onClose={() => {
            isGoingBack.value = false
          }}
        >
          <p>{t('release-back-about')}</p>
        </ConfirmDialog>
      )}
    </Section>
  )
}
