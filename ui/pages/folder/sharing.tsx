/** Everything about who shares the folder: passing it on, one-time secrets, members, who may join, a new secret. */
import type { Invites, Peers } from '../../../src/api/schemas/members.ts'
import { api, folderAddress } from '../../api/request.ts'
import { EmptyState } from '../../parts/page.tsx'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import { useNews } from '../../parts/use-news.ts'
import { membersKey } from '../../state/members.ts'
import { t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'
import { AdmissionSection } from './admission.tsx'
import { InvitesSection } from './invites.tsx'
import { MembersSection } from './members.tsx'
import { RotationSection } from './rotation.tsx'
import { ShareSection } from './share-section.tsx'

export function SharingTab({ folder }: FolderTabProps) {
  const { id, state } = folder
  if (state === 'joining' || state === 'refused')
    return <EmptyState icon="wait" title={t(`sharing-${state}`)} />
  return <Sharing key={id} folder={folder} />
}

function Sharing({ folder }: FolderTabProps) {
  const { id, role } = folder
  const members = useLoaded(id, (signal) => api.get<Peers>('/api/peers', { folder: id }, signal))
  const invites = useLoaded(id, (signal) => api.get<Invites>(folderAddress(id, '/invites'), {}, signal))
  function reload(): void {
    members.reload()
    invites.reload()
  }
  useNews(membersKey(folder), reload)
  const canDecide = role === 'full'
  return (
    <>
      <ShareSection folder={folder} ownRole={role} onInvited={invites.reload} />
      <Show loading={members}>
        {({ peers }) => <MembersSection folder={folder} rows={peers} onChange={reload} />}
      </Show>
      {canDecide && <InvitesSection folder={id} loading={invites} />}
      <AdmissionSection folder={id} canDecide={canDecide} />
      {canDecide && <RotationSection folder={folder} />}
    </>
  )
}
