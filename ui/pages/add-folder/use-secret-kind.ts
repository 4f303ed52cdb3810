/** What somebody typed or pasted is, asked of the device a moment after the last key. */
import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { SecretKind } from '../../../src/api/schemas/folders.ts'
import { type ApiError, toApiError } from '../../api/api-error.ts'
import { api } from '../../api/request.ts'
import { createLatest } from '../../state/latest.ts'

/** Shorter than anybody notices after pasting, longer than between two keys. */
const quietMs = 250

export type TypedSecret =
  | { readonly state: 'empty' }
  | { readonly state: 'checking' }
  | { readonly state: 'known'; readonly kind: SecretKind }
  | { readonly state: 'wrong'; readonly error: ApiError }

export function useSecretKind(text: string): TypedSecret {
  const typed = useSignal<TypedSecret>({ state: 'empty' })
  const latest = useMemo(
    () =>
      createLatest(
        quietMs,
        (asked: string) => api.post<SecretKind>('/api/secret-kind', { text: asked }),
        (settled) => {
          // It was emptied meanwhile.
          if (typed.peek().state !== 'checking') return
          typed.value =
            settled.status === 'fulfilled'
              ? { state: 'known', kind: settled.value }
              : { state: 'wrong', error: toApiError(settled.reason) }
        },
      ),
    [typed],
  )
  useEffect(() => () => latest[Symbol.dispose](), [latest])
  useEffect(() => {
    const isEmpty = text.trim() === ''
    typed.value = { state: isEmpty ? 'empty' : 'checking' }
    if (!isEmpty) latest.ask(text)
  }, [text, typed, latest])
  return typed.value
}
