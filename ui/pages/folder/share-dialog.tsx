/** Passing a folder on in one of four ways. The full secret stays hidden until it is asked for, and not for long. */

import { useEffect, useState } from 'preact/hooks'
import type { ReadOnlySecret, Secrets } from '../../../src/api/schemas/folders.ts'
import type { Invited } from '../../../src/api/schemas/members.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { Callout } from '../../parts/callout.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Fault } from '../../parts/fault.tsx'
import { Choice } from '../../parts/field.tsx'
import { useAction } from '../../parts/use-action.ts'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import { When } from '../../parts/values.tsx'
import { folderName } from '../../state/folder-words.ts'
import { t } from '../../text/translate.ts'
import { SecretView } from './secret-view.tsx'

export const shareWays = ['read-only', 'one-time-read-only', 'full', 'one-time-full'] as const
export type ShareWay = (typeof shareWays)[number]

/** A page that somebody leaves open shows the full secret no longer than this. */
const shownMs = 60_000

export interface SharedFolder {
  readonly id: string
  readonly path: string
}

interface Props {
  readonly folder: SharedFolder
}

export function ShareDialog({
  folder,
  way,
  onInvited,
  onClose,
}: Props & {
  readonly way: ShareWay
  /** There is one more one-time secret. */
  readonly onInvited?: (() => void) | undefined
  readonly onClose: () => void
}) {
  return (
    <Dialog title={t(`share-${way}`)} onClose={onClose}>
      <p class="about">{t(`share-${way}-about`)}</p>
      {way === 'read-only' && <ReadOnly folder={folder} />}
      {way === 'full' && <Full folder={folder} />}
      {way === 'one-time-read-only' && <OneTime folder={folder} access="read-only" onInvited={onInvited} />}
      {way === 'one-time-full' && <OneTime folder={folder} access="full" onInvited={onInvited} />}
    </Dialog>
  )
}

function ReadOnly({ folder: { id, path } }: Props) {
  const loading = useLoaded(id, (signal) =>
    api.get<ReadOnlySecret>(folderAddress(id, '/secrets/read-only'), {}, signal),
  )
  return (
    <Show loading={loading}>
      {({ readOnly }) => <SecretView secret={readOnly} name={folderName(path)} />}
    </Show>
  )
}

function Full({ folder: { id, path } }: Props) {
  const [secret, setSecret] = useState<string | undefined>(undefined)
  const { run, isBusy, fault } = useAction(async () => {
    setSecret((await api.get<Secrets>(folderAddress(id, '/secrets'))).full)
  })
  useEffect(() => {
    if (secret === undefined) return
    const timer = setTimeout(() => setSecret(undefined), shownMs)
    return () => clearTimeout(timer)
  }, [secret])
  if (secret === undefined)
    return (
      <>
        <Callout tone="waiting">{t('share-full-hidden')}</Callout>
        <Fault text={fault} />
        <div class="form-actions">
          <Button look="primary" icon="eye" isBusy={isBusy} onClick={run}>
            {t('share-full-show')}
          </Button>
        </div>
      </>
    )
  return (
    <>
      <SecretView secret={secret} name={folderName(path)} />
      <div class="form-actions spread">
        <p class="about">{t('share-full-shown')}</p>
        <Button icon="eye-off" onClick={() => setSecret(undefined)}>
          {t('share-full-hide')}
        </Button>
      </div>
    </>
  )
}

const lives = ['1', '8', '24'] as const

function OneTime({
  folder: { id, path },
  access,
  onInvited,
}: Props & { readonly access: 'read-only' | 'full'; readonly onInvited: (() => void) | undefined }) {
  const [hours, setHours] = useState<(typeof lives)[number]>('24')
  const [invited, setInvited] = useState<Invited | undefined>(undefined)
  const { run, isBusy, fault } = useAction(async () => {
    setInvited(
      await api.post<Invited>(folderAddress(id, '/invites'), {
        role: access,
        lifeSeconds: Number(hours) * 3600,
      }),
    )
    onInvited?.()
  })
  if (invited !== undefined)
    return (
      <>
        <Callout tone="waiting">
          {t('share-one-time-once')} <When at={invited.expires} />.
        </Callout>
        <SecretView secret={invited.secret} name={folderName(path)} />
      </>
    )
  return (
    <>
      <Choice
        label={t('share-one-time-life')}
        value={hours}
        options={lives.map((value) => ({ value, label: t('share-hours', { hours: Number(value) }) }))}
        onChange={setHours}
      />
      <Fault text={fault} />
      <div class="form-actions">
        <Button look="primary" icon="key" isBusy={isBusy} onClick={run}>
          {t('share-one-time-make')}
        </Button>
      </div>
    </>
  )
}
