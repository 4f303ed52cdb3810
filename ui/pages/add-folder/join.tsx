/** The first step for who was given a secret: typed, pasted, opened from a link, or read from a code. */
import { useState } from 'preact/hooks'
import type { SecretKind } from '../../../src/api/schemas/folders.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { Callout } from '../../parts/callout.tsx'
import { TextArea } from '../../parts/field.tsx'
import { folderName } from '../../state/folder-words.ts'
import { folders } from '../../state/live.ts'
import { errorText, t } from '../../text/translate.ts'
import { Scan } from './scan.tsx'
import { kindKey } from './steps.ts'
import { useSecretKind } from './use-secret-kind.ts'

export function Join({
  text,
  onText,
  onNext,
}: {
  readonly text: string
  readonly onText: (text: string) => void
  readonly onNext: (given: SecretKind) => void
}) {
  const [scanFault, setScanFault] = useState<string | undefined>(undefined)
  const typed = useSecretKind(text)
  const kind = typed.state === 'known' ? typed.kind : undefined
  function take(given: string): void {
    setScanFault(undefined)
    onText(given)
  }
  return (
    <form
      class="section card"
      onSubmit={(event) => {
        event.preventDefault()
        if (kind && kind.path === undefined) onNext(kind)
      }}
    >
      <TextArea
        label={t('join-secret')}
        about={typed.state === 'empty' && t('join-secret-about')}
        fault={scanFault ?? (typed.state === 'wrong' ? errorText(typed.error) : undefined)}
        value={text}
        onInput={take}
        rows={4}
      />
      <Scan onText={take} onFault={setScanFault} />
      <div aria-live="polite">{kind && <WhatItIs kind={kind} />}</div>
      <div class="form-actions">
        <Button
          type="submit"
          look="primary"
          isBusy={typed.state === 'checking'}
          disabled={kind === undefined || kind.path !== undefined}
        >
          {t('next')}
        </Button>
      </div>
    </form>
  )
}

/** What the device would be allowed with it. */
export function WhatItIs({ kind }: { readonly kind: SecretKind }) {
  const { path, name } = kind
  if (path !== undefined) {
    const folder = folders.value.find((each) => each.path === path)
    return (
      <Callout
        tone="waiting"
        actions={
          folder && (
            <ButtonLink to={{ page: 'folder', folder: folder.id, tab: 'overview' }}>
              {t('folder-open')}
            </ButtonLink>
          )
        }
      >
        {t('join-here-already', { folder: folderName(path), path })}
      </Callout>
    )
  }
  return (
    <Callout tone="ok">
      {name !== undefined && <strong>{t('join-named', { name })}</strong>}
      <p>{t(kindKey(kind))}</p>
    </Callout>
  )
}
