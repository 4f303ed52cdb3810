/** All that is known of one device of a folder, and what can be done about it. */
import { Button } from '../parts/button.tsx'
import { Callout } from '../parts/callout.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { deedFor, type Member } from '../state/members.ts'
import { t } from '../text/translate.ts'
import { DeviceId } from './devices/device-id.tsx'
import { MemberFacts } from './member-facts.tsx'

export function MemberDialog({
  member,
  ownRole,
  onApprove,
  onRevoke,
  onClose,
}: {
  readonly member: Member
  readonly ownRole: Member['role']
  readonly onApprove: () => Promise<void>
  readonly onRevoke: () => void
  readonly onClose: () => void
}) {
  const deed = deedFor(member, ownRole)
  return (
    <Dialog
      title={member.name}
      onClose={onClose}
      actions={
        deed === 'approve' ? (
          <Button look="primary" icon="check" onClick={() => onApprove().then(onClose)}>
            {t('member-approve')}
          </Button>
        ) : deed === 'revoke' || deed === 'revoke-and-rotate' ? (
          <Button look="danger" icon="out" onClick={onRevoke}>
            {t('member-revoke')}
          </Button>
        ) : undefined
      }
    >
      <MemberFacts member={member} />
      <DeviceId id={member.id} />
      {deed === 'approve' && <p class="about">{t('member-waiting-about')}</p>}
      {(deed === 'rotate' || deed === 'revoke-and-rotate') && (
        <Callout tone="waiting">{t(`member-${deed}-about`)}</Callout>
      )}
    </Dialog>
  )
}
