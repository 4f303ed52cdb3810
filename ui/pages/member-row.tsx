/** One device of a folder in a list: its name, what it may do, and how it is. */
import { Icon } from '../parts/icon.tsx'
import { When } from '../parts/values.tsx'
import { describeMember, type Member } from '../state/members.ts'
import { t } from '../text/translate.ts'

/** Two lines and room around them. */
export const memberRowHeight = 72

export function MemberRow({ member, onOpen }: { readonly member: Member; readonly onOpen: () => void }) {
  const { tone, state } = describeMember(member)
  return (
    <button type="button" class={`row device-row tone-${tone}`} onClick={onOpen}>
      <span class="device-icon">
        <Icon name="device" />
      </span>
      <span class="row-text">
        <strong>{member.name}</strong>
        <span class="about">
          {t(`role-${member.role}`)} · <MemberState member={member} words={t(state.key, state.args)} />
        </span>
      </span>
      <Icon name="right" />
    </button>
  )
}

/** The state in words; when it was last seen, where it is away. */
function MemberState({ member, words }: { readonly member: Member; readonly words: string }) {
  const { live, state, lastSeen } = member
  const isAway = live === undefined && state === 'member' && lastSeen !== undefined
  return (
    <span class="tone-text">
      {words}
      {isAway && (
        <>
          {' '}
          <When at={lastSeen} />
        </>
      )}
    </span>
  )
}
