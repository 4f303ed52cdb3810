/** Before anything else: choosing the password of a new device, or typing it. */

import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Status } from '../../src/api/schemas/status.ts'
import { api } from '../api/request.ts'
import { Button } from '../parts/button.tsx'
import { Fault } from '../parts/fault.tsx'
import { PasswordField, TextField } from '../parts/field.tsx'
import { Mark } from '../parts/mark.tsx'
import { NewPasswordFields, useNewPassword } from '../parts/new-password.tsx'
import { useAction } from '../parts/use-action.ts'
import { language, languages } from '../state/preferences.ts'
import { goTo } from '../state/route.ts'
import { access, logIn, setUp } from '../state/session.ts'
import { t } from '../text/translate.ts'

export function SetUp() {
  const chosen = useNewPassword()
  const [name, setName] = useState(access.value?.name ?? '')
  const action = useAction(async () => {
    await setUp(chosen.password, name)
    const { device } = await api.get<Status>('/api/status')
    goTo({ page: device.appliance ? 'welcome' : 'add-folder' })
  })
  const isWeak = action.faultCode === 'password-weak'
  return (
    <Alone title={t('welcome-title')} lead={t('welcome-lead')}>
      <form onSubmit={preventing(() => chosen.isReady() && action.run())}>
        <p>{t('set-up-password-about')}</p>
        <NewPasswordFields
          chosen={chosen}
          label={t('password')}
          refused={isWeak ? action.fault : undefined}
          autofocus
        />
        <TextField
          label={t('device-name')}
          about={t('device-name-about')}
          value={name}
          onInput={setName}
          maxLength={64}
          autocomplete="off"
        />
        <Fault text={isWeak ? undefined : action.fault} />
        <Button type="submit" look="primary" isBusy={action.isBusy}>
          {t('set-up-action')}
        </Button>
      </form>
    </Alone>
  )
}

export function LogIn() {
  const [password, setPassword] = useState('')
  const { run, isBusy, fault } = useAction(() => logIn(password))
  return (
    <Alone title={t('log-in-title')} lead={t('log-in-lead', { device: access.value?.name ?? '' })}>
      <form onSubmit={preventing(() => password !== '' && run())}>
        <PasswordField
          label={t('password')}
          value={password}
          onInput={setPassword}
          fault={fault}
          about={t('log-in-forgot')}
          autofocus
        />
        <Button type="submit" look="primary" icon="lock" isBusy={isBusy}>
          {t('log-in-action')}
        </Button>
      </form>
    </Alone>
  )
}

/** One card in the middle, and the choice of a language under it. */
function Alone({
  title,
  lead,
  children,
}: {
  readonly title: string
  readonly lead: string
  readonly children: ComponentChildren
}) {
  useEffect(() => {
    document.title = `${title} · Berrysync`
  }, [title])
  return (
    <div class="alone">
      <main class="card">
        <Mark />
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
        {children}
      </main>
      <nav class="language-links" aria-label={t('language')}>
        {languages.map((name) => (
          <button
            key={name}
            type="button"
            lang={name}
            aria-pressed={language.value === name}
            onClick={() => {
              language.value = name
            }}
          >
            {t(`language-${name}`)}
          </button>
        ))}
      </nav>
    </div>
  )
}

function preventing(submit: () => unknown): (event: Event) => void {
  return (event) => {
    event.preventDefault()
    submit()
  }
}
