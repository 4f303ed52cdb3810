/** Giving the folder a new secret: what it would do first, and then doing it. */
import { useState } from 'preact/hooks'
import type { Rotated, RotationPlanBody } from '../../../src/api/schemas/folders.ts'
import type { PeerBody } from '../../../src/api/schemas/members.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { Callout } from '../../parts/callout.tsx'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Section } from '../../parts/page.tsx'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import { folderName } from '../../state/folder-words.ts'
import { goTo } from '../../state/route.ts'
import { showToast } from '../../state/toasts.ts'
import { t } from '../../text/translate.ts'
import type { SharedFolder } from './share-dialog.tsx'

/** More names nobody reads; the others are counted. */
const maxNames = 30

interface Props {
  readonly folder: SharedFolder
}

export function RotationSection({ folder }: Props) {
  const [isOpen, setOpen] = useState(false)
  return (
    <Section
      title={t('rotation-title')}
      about={t('rotation-about')}
      actions={
        <Button icon="key" onClick={() => setOpen(true)}>
          {t('rotation-open')}
        </Button>
      }
    >
      {isOpen && <Rotation folder={folder} onClose={() => setOpen(false)} />}
    </Section>
  )
}

function Rotation({ folder: { id, path }, onClose }: Props & { readonly onClose: () => void }) {
  const [isSure, setSure] = useState(false)
  const loading = useLoaded(id, (signal) =>
    api.get<RotationPlanBody>(folderAddress(id, '/rotation'), {}, signal),
  )
  async function rotate(): Promise<void> {
    const rotated = await api.post<Rotated>(folderAddress(id, '/rotation'))
    showToast('ok', t('rotation-done', { folder: folderName(path) }))
    goTo({ page: 'folder', folder: rotated.id, tab: 'sharing' })
  }
  return (
    <ConfirmDialog
      title={t('rotation-title')}
      action={t('rotation-title')}
      isDanger
      isReady={isSure && loading.loaded.state === 'ready'}
      onConfirm={rotate}
      onClose={onClose}
    >
      <Show loading={loading}>
        {({ moving, left, cancelledInvites }) => (
          <>
            <Devices title={t('rotation-moving')} about={t('rotation-moving-about')} devices={moving} />
            <Devices title={t('rotation-left')} about={t('rotation-left-about')} devices={left} />
            {cancelledInvites > 0 && <p>{t('rotation-invites', { invites: cancelledInvites })}</p>}
            <Callout tone="problem">{t('rotation-warning')}</Callout>
            <label class="check">
              <input
                type="checkbox"
                checked={isSure}
                onChange={(event) => setSure(event.currentTarget.checked)}
              />
              <span>{t('rotation-sure')}</span>
            </label>
          </>
        )}
      </Show>
    </ConfirmDialog>
  )
}

function Devices({
  title,
  about,
  devices,
}: {
  readonly title: string
  readonly about: string
  readonly devices: readonly PeerBody[]
}) {
  const more = devices.length - maxNames
  return (
    <section class="rotation-devices">
      <h3>
        {title} <span class="count">{devices.length}</span>
      </h3>
      <p class="about">{about}</p>
      {devices.length > 0 && (
        <ul class="names">
          {devices.slice(0, maxNames).map(({ id, name }) => (
            <li key={id}>
              <Icon name="device" />
              {name}
            </li>
          ))}
          {more > 0 && <li>{t('rotation-more', { devices: more })}</li>}
        </ul>
      )}
    </section>
  )
}
