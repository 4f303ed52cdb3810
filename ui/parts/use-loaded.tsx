/** Something that is fetched to be shown: on its way, there, or failed and worth another try. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { type ApiError, toApiError } from '../api/api-error.ts'
import { errorText, t } from '../text/translate.ts'
import { Button } from './button.tsx'
import { Callout } from './callout.tsx'

export type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly error: ApiError }

export interface Loading<T> {
  readonly loaded: Loaded<T>
  /** Fetches again; what is there stays in sight meanwhile. */
  readonly reload: () => void
}

/** Fetches when `key` changes. What comes too late for a later key is dropped. */
export function useLoaded<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loading<T> {
  const loaded = useSignal<Loaded<T>>({ state: 'loading' })
  const round = useSignal(0)
  const shownKey = useRef(key)
  useEffect(() => {
    const leaving = new AbortController()
    if (shownKey.current !== key) loaded.value = { state: 'loading' }
    shownKey.current = key
    load(leaving.signal).then(
      (value) => {
        if (!leaving.signal.aborted) loaded.value = { state: 'ready', value }
      },
      (thrown: unknown) => {
        if (!leaving.signal.aborted) loaded.value = { state: 'failed', error: toApiError(thrown) }
      },
    )
    return () => leaving.abort()
  }, [key, round.value])
  return {
    loaded: loaded.value,
    reload: () => {
      round.value += 1
    },
  }
}

/** Draws what was loaded, or that it is on its way, or why it is not there. */
export function Show<T>({
  loading: { loaded, reload },
  children,
}: {
  readonly loading: Loading<T>
  readonly children: (value: T) => ComponentChildren
}) {
  if (loaded.state === 'ready') return <>{children(loaded.value)}</>
  if (loaded.state === 'loading') return <p class="loading">{t('loading')}</p>
  return (
    <Callout tone="problem" actions={<Button onClick={reload}>{t('try-again')}</Button>}>
      {errorText(loaded.error)}
    </Callout>
  )
}
