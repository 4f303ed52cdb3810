/** Browsers that are logged in, and ending all but this one. */
import { useSignal } from '@preact/signals'
import type { Sessions } from '../../../src/api/schemas/access.ts'
import { api } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { Badge } from '../../parts/callout.tsx'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Section } from '../../parts/page.tsx'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import { When } from '../../parts/values.tsx'
import { nameBrowser } from '../../state/browser-name.ts'
import { t } from '../../text/translate.ts'

type Session = Sessions['sessions'][number]

export function SessionsSection() {
  const loading = useLoaded('sessions', (signal) => api.get<Sessions>('/api/access/sessions', {}, signal))
  const isAsked = useSignal(false)
  async function endOthers(): Promise<void> {
    await api.remove('/api/access/sessions')
    loading.reload()
  }
  return (
    <Section title={t('sessions-title')} about={t('sessions-about')}>
      <Show loading={loading}>
        {({ sessions }) => (
          <>
            <ul class="rows" aria-label={t('sessions-title')}>
              {sessions.map((session) => (
                <SessionRow key={session.id} session={session} />
              ))}
            </ul>
            {sessions.length > 1 && (
              <div>
                <Button
                  icon="out"
                  onClick={() => {
                    isAsked.value = true
                  }}
                >
                  {t('sessions-end-others')}
                </Button>
              </div>
            )}
          </>
        )}
      </Show>
      {isAsked.value && (
        <ConfirmDialog
          title={t('sessions-end-others')}
          action={t('sessions-end-action')}
          onConfirm={endOthers}
          onClose={() => {
            isAsked.value = false
          }}
        >
          <p>{t('sessions-end-about')}</p>
        </ConfirmDialog>
      )}
    </Section>
  )
}

function SessionRow({ session: { address, agent, lastUsed, own } }: { readonly session: Session }) {
  const { browser, system } = nameBrowser(agent)
  const name = [browser, system].filter((part) => part !== undefined).join(', ')
  return (
    <li class="row">
      <Icon name="globe" />
      <div class="row-text">
        <strong title={agent}>{name === '' ? t('sessions-unknown') : name}</strong>
        <span class="about">
          {address} · {t('sessions-last-used')} <When at={lastUsed} />
        </span>
      </div>
      {own && <Badge tone="ok">{t('sessions-own')}</Badge>}
    </li>
  )
}
