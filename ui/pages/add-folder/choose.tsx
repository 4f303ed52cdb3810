/** The first step: a new folder, or one that others share already. */
import { useState } from 'preact/hooks'
import type { SecretKind } from '../../../src/api/schemas/folders.ts'
import { ActionCard } from '../../parts/action-card.tsx'
import { Button } from '../../parts/button.tsx'
import { Disclosure } from '../../parts/disclosure.tsx'
import { TextField } from '../../parts/field.tsx'
import { Icon } from '../../parts/icon.tsx'
import { snapshot } from '../../state/live.ts'
import { hrefOf } from '../../state/route.ts'
import { errorText, t } from '../../text/translate.ts'
import { useSecretKind } from './use-secret-kind.ts'

export function Choose({
  onNew,
  onJoin,
}: {
  readonly onNew: (own?: SecretKind) => void
  readonly onJoin: () => void
}) {
  return (
    <>
      <div class="action-cards large">
        <ActionCard icon="folder" title={t('add-new')} about={t('add-new-about')} onClick={() => onNew()} />
        <ActionCard icon="key" title={t('add-join')} about={t('add-join-about')} onClick={onJoin} />
      </div>
      <Disclosure summary={t('add-own')}>
        <OwnSecret onNext={onNew} />
      </Disclosure>
      {snapshot.value?.status.folders.length === 0 && (
        <a class="quiet-link" href={hrefOf({ page: 'system', section: 'backup' })}>
          {t('backup-restore')}
          <Icon name="right" />
        </a>
      )}
    </>
  )
}

function OwnSecret({ onNext }: { readonly onNext: (own: SecretKind) => void }) {
  const [text, setText] = useState('')
  const typed = useSecretKind(text)
  const kind = typed.state === 'known' ? typed.kind : undefined
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (kind) onNext(kind)
      }}
    >
      <TextField
        label={t('add-own-label')}
        about={t(kind?.own ? 'add-own-fits' : 'add-own-about')}
        fault={typed.state === 'wrong' ? errorText(typed.error) : undefined}
        value={text}
        onInput={setText}
        maxLength={1024}
        autocomplete="off"
        isCode
      />
      <div class="form-actions">
        <Button type="submit" look="primary" disabled={kind === undefined}>
          {t('next')}
        </Button>
      </div>
    </form>
  )
}
