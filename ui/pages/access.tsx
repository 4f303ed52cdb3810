/** Before anything else: choosing the password of a new device, or typing it. */
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Button } from '../parts/button.tsx'
import { PasswordField, TextField } from '../parts/field.tsx'
import { Icon } from '../parts/icon.tsx'
import { Mark } from '../parts/mark.tsx'
import { useAction } from '../parts/use-action.ts'
import { passwordStrength } from '../state/password-strength.ts'
import { language, languages } from '../state/preferences.ts'
import { goTo } from '../state/route.ts'
import { access, logIn, setUp } from '../state/session.ts'
import { t } from '../text/translate.ts'

export function SetUp() {
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [name, setName] = useState(access.value?.name ?? '')
  const [isTried, setTried] = useState(false)
  const strength = passwordStrength(password)
  const action = useAction(async () => {
    await setUp(password, name)
    goTo({ page: 'add-folder' })
  })
  const strengthText = t(`password-length-${strength.grade}`, { more: strength.more })
  const isWeak = action.faultCode === 'password-weak'

  function passwordFault(): string | undefined {
    if (password === '') return isTried ? t('password-missing') : undefined
    if (strength.grade === 'short') return strengthText
    return isWeak ? action.fault : undefined
  }

  /** Not while it is still being typed. */
  function againFault(): string | undefined {
    const isTyping = !isTried && again.length < password.length
    return again === password || isTyping ? undefined : t('password-differs')
  }

  function submit(): void {
    setTried(true)
    if (strength.grade !== 'short' && password === again) action.run()
  }

  return (
    <Alone title={t('welcome-title')} lead={t('welcome-lead')} step={t('set-up-step', { step: 1 })}>
      <form onSubmit={preventing(submit)}>
        <p>{t('set-up-password-about')}</p>
        <PasswordField
          label={t('password')}
          value={password}
          onInput={setPassword}
          isNew
          autofocus
          about={
            password !== '' &&
            strength.grade !== 'short' && <Strength grade={strength.grade} text={strengthText} />
          }
          fault={passwordFault()}
        />
        <PasswordField
          label={t('password-again')}
          value={again}
          onInput={setAgain}
          isNew
          fault={againFault()}
        />
        <TextField
          label={t('device-name')}
          about={t('device-name-about')}
          value={name}
          onInput={setName}
          maxLength={64}
          autocomplete="off"
        />
        <Failure text={isWeak ? undefined : action.fault} />
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
  step,
  children,
}: {
  readonly title: string
  readonly lead: string
  readonly step?: string
  readonly children: ComponentChildren
}) {
  useEffect(() => {
    document.title = `${title} · Berrysync`
  }, [title])
  return (
    <div class="alone">
      <main class="card">
        <Mark />
        {step && <p class="step">{step}</p>}
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

function Strength({ grade, text }: { readonly grade: string; readonly text: string }) {
  return (
    <span class={`strength ${grade}`} aria-live="polite">
      <span class="strength-bar" />
      {text}
    </span>
  )
}

function Failure({ text }: { readonly text: string | undefined }) {
  return (
    <p class="fault" role="alert">
      {text && (
        <>
          <Icon name="alert" />
          {text}
        </>
      )}
    </p>
  )
}

function preventing(submit: () => unknown): (event: Event) => void {
  return (event) => {
    event.preventDefault()
    submit()
  }
}
