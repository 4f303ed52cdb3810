/** Which of the three faces is shown: set up, log in, or the device itself; and what can come up over each of them. */

import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { type ApiError, toApiError } from './api/api-error.ts'
import { LogIn, SetUp } from './pages/access.tsx'
import { Button } from './parts/button.tsx'
import { Callout } from './parts/callout.tsx'
import { ConfirmPassword } from './parts/confirm-password.tsx'
import { Toasts } from './parts/toasts.tsx'
import { Shell } from './shell.tsx'
import { access, loadAccess } from './state/session.ts'
import { errorText, t } from './text/translate.ts'

export function App() {
  const error = useSignal<ApiError | undefined>(undefined)
  function begin(): void {
    error.value = undefined
    loadAccess().catch((thrown: unknown) => {
      error.value = toApiError(thrown)
    })
  }
  useEffect(begin, [])
  return (
    <>
      {error.value === undefined ? (
        <Face />
      ) : (
        <main class="alone">
          <Callout tone="problem" actions={<Button onClick={begin}>{t('try-again')}</Button>}>
            {errorText(error.value)}
          </Callout>
        </main>
      )}
      <ConfirmPassword />
      <Toasts />
    </>
  )
}

function Face() {
  switch (access.value?.state) {
    case undefined:
      return <main class="alone" aria-busy="true" />
    case 'set-up':
      return <SetUp />
    case 'locked':
      return <LogIn />
    case 'open':
      return <Shell />
  }
}
