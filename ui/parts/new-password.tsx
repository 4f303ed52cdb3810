/** A password that is being chosen: typed twice, good enough, and what it lacks told beside it. */
import { useState } from 'preact/hooks'
import { passwordStrength } from '../state/password-strength.ts'
import { t } from '../text/translate.ts'
import { PasswordField } from './field.tsx'

export interface NewPassword {
  readonly password: string
  readonly again: string
  readonly isTried: boolean
  readonly type: (password: string) => void
  readonly typeAgain: (again: string) => void
  /** Whether it can be used; from then on it is told what is missing. */
  readonly isReady: () => boolean
  readonly clear: () => void
}

export function useNewPassword(): NewPassword {
  const [password, type] = useState('')
  const [again, typeAgain] = useState('')
  const [isTried, setTried] = useState(false)
  return {
    ...{ password, again, isTried, type, typeAgain },
    isReady() {
      setTried(true)
      return passwordStrength(password).grade !== 'short' && password === again
    },
    clear() {
      type('')
      typeAgain('')
      setTried(false)
    },
  }
}

export function NewPasswordFields({
  chosen: { password, again, isTried, type, typeAgain },
  label,
  again: againLabel,
  refused,
  autofocus,
}: {
  readonly chosen: NewPassword
  readonly label: string
  /** Of the second field, where it is no password. */
  readonly again?: string
  /** Why the device does not take it. */
  readonly refused: string | undefined
  readonly autofocus?: boolean
}) {
  const strength = passwordStrength(password)
  const strengthText = t(`password-length-${strength.grade}`, { more: strength.more })

  function fault(): string | undefined {
    if (password === '') return isTried ? t('password-missing') : undefined
    return strength.grade === 'short' ? strengthText : refused
  }

  /** Not while it is still being typed. */
  function againFault(): string | undefined {
    const isTyping = !isTried && again.length < password.length
    return again === password || isTyping ? undefined : t('password-differs')
  }

  return (
    <>
      <PasswordField
        label={label}
        value={password}
        onInput={type}
        isNew
        {...(autofocus ? { autofocus } : {})}
        about={
          password !== '' &&
          strength.grade !== 'short' && (
            <span class={`strength ${strength.grade}`} aria-live="polite">
              <span class="strength-bar" />
              {strengthText}
            </span>
          )
        }
        fault={fault()}
      />
      <PasswordField
        label={againLabel ?? t('password-again')}
        value={again}
        onInput={typeAgain}
        isNew
        fault={againFault()}
      />
    </>
  )
}
