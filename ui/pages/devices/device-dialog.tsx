/** Another device with everything it shares with this one. */
import { Dialog } from '../../parts/dialog.tsx'
import { Disclosure } from '../../parts/disclosure.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Speed } from '../../parts/values.tsx'
import type { OtherDevice } from '../../state/devices.ts'
import { folderName } from '../../state/folder-words.ts'
import { hrefOf } from '../../state/route.ts'
import { t } from '../../text/translate.ts'
import { MemberFacts } from '../member-facts.tsx'
import { DeviceId } from './device-id.tsx'
import { DeviceState } from './device-row.tsx'

export function DeviceDialog({
  device,
  onClose,
}: {
  readonly device: OtherDevice
  readonly onClose: () => void
}) {
  const { name, id, shares, isOnline, receivedPerSecond, sentPerSecond } = device
  return (
    <Dialog title={name} onClose={onClose}>
      <p class="device-state">
        <DeviceState device={device} />
        {isOnline && (
          <span class="speeds">
            <Speed direction="down" bytesPerSecond={receivedPerSecond} />
            <Speed direction="up" bytesPerSecond={sentPerSecond} />
          </span>
        )}
      </p>
      <h3>{t('device-folders')}</h3>
      <div class="device-shares">
        {shares.map(({ folderId, path, member }) => (
          <Disclosure
            key={folderId}
            summary={
              <>
                <strong>{folderName(path)}</strong>{' '}
                <span class="about">
                  {t(`role-${member.role}`)}
                  {member.live && ` · ${t(`member-via-${member.live.via}`)}`}
                </span>
              </>
            }
          >
            <MemberFacts member={member} />
            <a class="quiet-link" href={hrefOf({ page: 'folder', folder: folderId, tab: 'sharing' })}>
              {t('device-to-folder')}
              <Icon name="right" />
            </a>
          </Disclosure>
        ))}
      </div>
      <DeviceId id={id} />
    </Dialog>
  )
}
