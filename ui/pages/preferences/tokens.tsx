/** Tokens of programs: made, shown once, and revoked. */
import { useSignal } from '@preact/signals'
import type { TokenMade, TokenRow, Tokens } from '../../../src/api/schemas/access.ts'
import { api } from '../../api/request.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { CopyButton } from '../../parts/copy.tsx'
import { ConfirmDialog, Dialog } from '../../parts/dialog.tsx'
import { Choice, SelectField, TextField } from '../../parts/field.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Section } from '../../parts/page.tsx'
import { useAction } from '../../parts/use-action.ts'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import { When } from '../../parts/values.tsx'
import { t } from '../../text/translate.ts'

const scopes = ['read', 'control'] as const
type Scope = (typeof scopes)[number]

const daySeconds = 86_400
const lives = ['month', 'year', 'never'] as const
type Life = (typeof lives)[number]
const lifeSeconds: Readonly<Record<Life, number | undefined>> = {
  month: 30 * daySeconds,
  year: 365 * daySeconds,
  never: undefined,
}

type Shown =
  | { readonly kind: 'make' }
  | { readonly kind: 'made'; readonly made: TokenMade }
  | { readonly kind: 'revoke'; readonly token: TokenRow }

export function TokensSection() {
  const loading = useLoaded('tokens', (signal) => api.get<Tokens>('/api/access/tokens', {}, signal))
  const shown = useSignal<Shown | undefined>(undefined)
  function show(next: Shown | undefined): void {
    shown.value = next
  }
  return (
    <Section
      title={t('tokens-title')}
      about={t('tokens-about')}
      actions={
        <Button icon="plus" onClick={() => show({ kind: 'make' })}>
          {t('tokens-make')}
        </Button>
      }
    >
      <Show loading={loading}>
        {({ tokens }) =>
          tokens.length === 0 ? (
            <p class="muted">{t('tokens-none')}</p>
          ) : (
            <ul class="rows" aria-label={t('tokens-title')}>
              {tokens.map((token) => (
                <Token key={token.id} token={token} onRevoke={() => show({ kind: 'revoke', token })} />
              ))}
            </ul>
          )
        }
      </Show>
      <TokenDialog shown={shown.value} show={show} reload={loading.reload} />
    </Section>
  )
}

function Token({ token, onRevoke }: { readonly token: TokenRow; readonly onRevoke: () => void }) {
  const { name, scope, expires, lastUsed } = token
  return (
    <li class="row">
      <Icon name="key" />
      <div class="row-text">
        <strong>{name}</strong>
        <span class="about">{t(`token-scope-${scope}`)}</span>
        <span class="about">
          {lastUsed === undefined ? t('token-unused') : [t('token-used'), ' ', <When at={lastUsed} />]}
          {expires !== undefined && [` · ${t('token-ends')} `, <When at={expires} />]}
        </span>
      </div>
      <IconButton icon="trash" label={t('token-revoke', { name })} onClick={onRevoke} />
    </li>
  )
}

function TokenDialog({
  shown,
  show,
  reload,
}: {
  readonly shown: Shown | undefined
  readonly show: (next: Shown | undefined) => void
  readonly reload: () => void
}) {
  const close = () => show(undefined)
  switch (shown?.kind) {
    case undefined:
      return null
    case 'make':
      return (
        <MakeToken
          onClose={close}
          onMade={(made) => {
            show({ kind: 'made', made })
            reload()
          }}
        />
      )
    case 'made':
      return <TokenOnce made={shown.made} onClose={close} />
    case 'revoke':
      return (
        <ConfirmDialog
          title={t('token-revoke', { name: shown.token.name })}
          action={t('token-revoke-action')}
          isDanger
          onConfirm={async () => {
            await api.remove(`/api/access/tokens/${encodeURIComponent(shown.token.id)}`)
            reload()
          }}
          onClose={close}
        >
          <p>{t('token-revoke-about')}</p>
        </ConfirmDialog>
      )
  }
}

function MakeToken({
  onMade,
  onClose,
}: {
  readonly onMade: (made: TokenMade) => void
  readonly onClose: () => void
}) {
  const name = useSignal('')
  const scope = useSignal<Scope>('read')
  const life = useSignal<Life>('year')
  const isTried = useSignal(false)
  const isNamed = name.value.trim() !== ''
  const { run, isBusy, fault } = useAction(async () => {
    const seconds = lifeSeconds[life.peek()]
    onMade(
      await api.post<TokenMade>('/api/access/tokens', {
        name: name.peek().trim(),
        scope: scope.peek(),
        ...(seconds === undefined ? {} : { lifeSeconds: seconds }),
      }),
    )
  })
  return (
    <Dialog title={t('tokens-make')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          isTried.value = true
          if (isNamed) run()
        }}
      >
        <TextField
          label={t('token-name')}
          about={t('token-name-about')}
          value={name.value}
          maxLength={64}
          autocomplete="off"
          autofocus
          fault={isTried.value && !isNamed ? t('token-name-missing') : undefined}
          onInput={(text) => {
            name.value = text
          }}
        />
        <Choice
          label={t('token-scope')}
          value={scope.value}
          options={scopes.map((value) => ({ value, label: t(`token-scope-${value}`) }))}
          onChange={(value) => {
            scope.value = value
          }}
        />
        <p class="about">{t('token-scope-about')}</p>
        <SelectField
          label={t('token-life')}
          value={life.value}
          options={lives.map((value) => ({ value, label: t(`token-life-${value}`) }))}
          fault={fault}
          onChange={(value) => {
            life.value = value
          }}
        />
        <div class="form-actions">
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" look="primary" icon="key" isBusy={isBusy}>
            {t('token-make-action')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function TokenOnce({ made, onClose }: { readonly made: TokenMade; readonly onClose: () => void }) {
  return (
    <Dialog title={made.name} onClose={onClose} actions={<Button onClick={onClose}>{t('close')}</Button>}>
      <p>{t('token-once')}</p>
      <p class="code token-text">{made.token}</p>
      <div>
        <CopyButton text={made.token} label={t('token-copy')} />
      </div>
      <p class="about">{t('token-use')}</p>
      <p class="code">Authorization: Bearer …</p>
    </Dialog>
  )
}
