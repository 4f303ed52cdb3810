/** What is known of a device as a member of one folder. */
import { Badge } from '../parts/callout.tsx'
import { Facts } from '../parts/page.tsx'
import { Size, Speed, When } from '../parts/values.tsx'
import { describeMember, type Member } from '../state/members.ts'
import { t } from '../text/translate.ts'

export function MemberFacts({ member }: { readonly member: Member }) {
  const { live, role, invitedBy, state, lastSeen, firstSeen } = member
  const { tone, state: words } = describeMember(member)
  return (
    <>
      <p>
        <Badge tone={tone}>{t(words.key, words.args)}</Badge>
      </p>
      <Facts
        facts={[
          [t('member-role'), t(`role-${role}`)],
          [
            t('member-came'),
            invitedBy === undefined
              ? t(state === 'waiting' ? 'member-came-waiting' : 'member-came-secret')
              : t('member-came-invited', { device: invitedBy }),
          ],
          ...(live === undefined
            ? []
            : ([
                [t('member-via'), t(`member-via-${live.via}`)],
                [t('member-address'), <span class="code">{live.address}</span>],
                [
                  t('member-still-needs'),
                  live.needFiles === 0
                    ? t('member-needs-nothing')
                    : t('member-needs', { files: live.needFiles, bytes: live.needBytes }),
                ],
                [
                  t('member-speeds'),
                  <span class="speeds">
                    <Speed direction="down" bytesPerSecond={live.receivedPerSecond} />{' '}
                    <Speed direction="up" bytesPerSecond={live.sentPerSecond} />
                  </span>,
                ],
                [
                  t('member-passed'),
                  <span class="number">
                    ↓ <Size bytes={live.received} /> ↑ <Size bytes={live.sent} />
                  </span>,
                ],
              ] as const)),
          ...(firstSeen === undefined ? [] : [[t('member-first-seen'), <When at={firstSeen} />] as const]),
          ...(lastSeen === undefined || live !== undefined
            ? []
            : [[t('member-last-seen'), <When at={lastSeen} />] as const]),
        ]}
      />
    </>
  )
}
