/** One-time secrets that were made here: who may still come, and who came. */
import { useState } from 'preact/hooks'
import type { InviteBody, Invites } from '../../../src/api/schemas/members.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { Badge } from '../../parts/callout.tsx'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { Disclosure } from '../../parts/disclosure.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Section } from '../../parts/page.tsx'
import { type Loading, Show } from '../../parts/use-loaded.tsx'
import { When } from '../../parts/values.tsx'
import type { Tone } from '../../state/folder-words.ts'
import { t } from '../../text/translate.ts'

const tones: Readonly<Record<InviteBody['state'], Tone>> = {
  open: 'waiting',
  redeemed: 'ok',
  expired: 'paused',
  cancelled: 'paused',
  restored: 'paused',
}

interface Props {
  readonly folder: string
  readonly loading: Loading<Invites>
}

export function InvitesSection({ folder, loading }: Props) {
  return (
    <Section title={t('invites-title')} about={t('invites-about')}>
      <Show loading={loading}>
        {({ invites }) => {
          const newest = invites.toSorted((a, b) => b.created.localeCompare(a.created))
          const open = newest.filter(({ state }) => state === 'open')
          const over = newest.filter(({ state }) => state !== 'open')
          return (
            <>
              {open.length === 0 && <p class="muted">{t('invites-none')}</p>}
              <InviteRows {...{ folder, loading }} invites={open} />
              {over.length > 0 && (
                <Disclosure summary={t('invites-over', { invites: over.length })}>
                  <InviteRows {...{ folder, loading }} invites={over} />
                </Disclosure>
              )}
            </>
          )
        }}
      </Show>
    </Section>
  )
}

function InviteRows({ folder, loading, invites }: Props & { readonly invites: readonly InviteBody[] }) {
  const [leaving, setLeaving] = useState<InviteBody | undefined>(undefined)
  if (invites.length === 0) return null
  return (
    <>
      <ul class="rows" aria-label={t('invites-title')}>
        {invites.map((invite) => (
          <li key={invite.id} class="row wrapping">
            <Icon name="key" />
            <div class="row-text">
              <strong>{t(`role-${invite.role}`)}</strong>
              <span class="about">
                <InviteWhen invite={invite} />
              </span>
            </div>
            <div class="row-end">
              <Badge tone={tones[invite.state]}>{t(`invite-state-${invite.state}`)}</Badge>
              {invite.state === 'open' && (
                <Button look="quiet" onClick={() => setLeaving(invite)}>
                  {t('invite-cancel')}
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
      {leaving && (
        <ConfirmDialog
          title={t('invite-cancel-title')}
          action={t('invite-cancel-action')}
          isDanger
          onClose={() => setLeaving(undefined)}
          onConfirm={async () => {
            await api.remove(folderAddress(folder, `/invites/${leaving.id}`))
            loading.reload()
          }}
        >
          <p>{t('invite-cancel-about')}</p>
        </ConfirmDialog>
      )}
    </>
  )
}

function InviteWhen({ invite }: { readonly invite: InviteBody }) {
  const { state, redeemedBy, redeemed, expires, created } = invite
  if (state === 'redeemed')
    return (
      <>
        {t('invite-used-by', { device: redeemedBy?.name ?? '?' })} <When at={redeemed ?? created} />
      </>
    )
  return (
    <>
      {t('invite-made')} <When at={created} />
      {state === 'open' && (
        <>
          {' · '}
          {t('token-ends')} <When at={expires} />
        </>
      )}
    </>
  )
}
