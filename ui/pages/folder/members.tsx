/** Who shares the folder: how each device is, how it came, and letting it in or taking it out. */
import { useState } from 'preact/hooks'
import type { PeerBody } from '../../../src/api/schemas/members.ts'
import type { FolderStatusBody } from '../../../src/api/schemas/status.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { Callout } from '../../parts/callout.tsx'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { EmptyState, Section } from '../../parts/page.tsx'
import { SearchField } from '../../parts/search-field.tsx'
import { doAndTell } from '../../parts/use-action.ts'
import { VirtualList } from '../../parts/virtual-list.tsx'
import { type Member, matchesSearch, withLinks } from '../../state/members.ts'
import { t } from '../../text/translate.ts'
import { MemberDialog } from '../member-dialog.tsx'
import { MemberRow, memberRowHeight } from '../member-row.tsx'

/** Fewer are found by looking. */
const searchFrom = 12
/** More at once nobody decides about; the list below has all of them. */
const maxCallouts = 3

interface Props {
  readonly folder: FolderStatusBody
  readonly rows: readonly PeerBody[]
  /** Something was decided that the list tells of. */
  readonly onChange: () => void
}

export function MembersSection({ folder, rows, onChange }: Props) {
  const [search, setSearch] = useState('')
  const [openId, setOpenId] = useState<string | undefined>(undefined)
  const [leaving, setLeaving] = useState<Member | undefined>(undefined)
  const members = withLinks(folder.path, rows, folder.peers)
  const shown = members.filter((member) => matchesSearch(member, search))
  const opened = members.find(({ id }) => id === openId)
  const online = folder.peers.length
  return (
    <Section
      title={t('members-title')}
      about={t('members-count', { members: members.length, online })}
      actions={
        online === 0 &&
        members.length > 0 && (
          <ButtonLink to={{ page: 'devices' }} look="quiet">
            {t('members-why')}
          </ButtonLink>
        )
      }
    >
      <Waiting {...{ folder, members, onChange }} />
      {members.length === 0 && (
        <EmptyState icon="people" title={t('members-none-title')}>
          {t('members-none-about')}
        </EmptyState>
      )}
      {members.length >= searchFrom && (
        <SearchField label={t('members-search')} value={search} onSearch={setSearch} />
      )}
      {members.length > 0 && shown.length === 0 && <p class="muted">{t('members-not-found')}</p>}
      {shown.length > 0 && (
        <VirtualList
          label={t('members-title')}
          count={shown.length}
          rowHeight={memberRowHeight}
          keyOf={(at) => shown[at]!.id}
          row={(at) => <MemberRow member={shown[at]!} onOpen={() => setOpenId(shown[at]!.id)} />}
        />
      )}
      {opened && (
        <MemberDialog
          member={opened}
          ownRole={folder.role}
          onApprove={() => approve(folder, opened, onChange)}
          onRevoke={() => {
            setOpenId(undefined)
            setLeaving(opened)
          }}
          onClose={() => setOpenId(undefined)}
        />
      )}
      {leaving && (
        <Revoke folder={folder} member={leaving} onDone={onChange} onClose={() => setLeaving(undefined)} />
      )}
    </Section>
  )
}

function Waiting({
  folder,
  members,
  onChange,
}: Omit<Props, 'rows'> & { readonly members: readonly Member[] }) {
  if (folder.role !== 'full') return null
  const waiting = members.filter(({ state }) => state === 'waiting').slice(0, maxCallouts)
  return (
    <>
      {waiting.map((member) => (
        <Callout
          key={member.id}
          tone="waiting"
          actions={
            <Button look="primary" icon="check" onClick={() => approve(folder, member, onChange)}>
              {t('member-approve')}
            </Button>
          }
        >
          {t('member-asks', { device: member.name })}
        </Callout>
      ))}
    </>
  )
}

async function approve(folder: FolderStatusBody, { id, name }: Member, onChange: () => void): Promise<void> {
  await doAndTell(
    () => api.post(folderAddress(folder.id, '/approve'), { device: id }),
    t('member-was-approved', { device: name }),
  )
  onChange()
}

function Revoke({
  folder,
  member: { id, name, invitedBy },
  onDone,
  onClose,
}: {
  readonly folder: FolderStatusBody
  readonly member: Member
  readonly onDone: () => void
  readonly onClose: () => void
}) {
  return (
    <ConfirmDialog
      title={t('revoke-title', { device: name })}
      action={t('member-revoke')}
      isDanger
      onClose={onClose}
      onConfirm={async () => {
        await api.post(folderAddress(folder.id, '/revoke'), { device: id })
        onDone()
      }}
    >
      <ul class="points">
        <li>{t('revoke-does')}</li>
        <li>{t('revoke-keeps')}</li>
        <li>{t('revoke-wrote')}</li>
      </ul>
      <Callout tone="problem">
        {t(invitedBy === undefined ? 'revoke-holds-secret' : 'revoke-may-return')}
      </Callout>
    </ConfirmDialog>
  )
}
