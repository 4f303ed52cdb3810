/** What somebody typed or pasted is, asked of the device a moment after the last key. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { SecretKind } from '../../../src/api/schemas/folders.ts'
import { type ApiError, toApiError } from '../../api/api-error.ts'
import { api } from '../../api/request.ts'

/** Shorter than anybody notices after pasting, longer than between two keys. */
const pauseMs = 250

export type TypedSecret =
  | { readonly state: 'empty' }
  | { readonly state: 'checking' }
  | { readonly state: 'known'; readonly kind: SecretKind }
  | { readonly state: 'wrong'; readonly error: ApiError }

export function useSecretKind(text: string): TypedSecret {
  const typed = useSignal<TypedSecret>({ state: 'empty' })
  useEffect(() => {
    if (text.trim() === '') {
      typed.value = { state: 'empty' }
      return
    }
    typed.value = { state: 'checking' }
    let isLate = false
    const timer = setTimeout(() => {
      api.post<SecretKind>('/api/secret-kind', { text }).then(
        (kind) => {
          if (!isLate) typed.value = { state: 'known', kind }
        },
        (thrown: unknown) => {
          if (!isLate) typed.value = { state: 'wrong', error: toApiError(thrown) }
        },
      )
    }, pauseMs)
    return () => {
      isLate = true
      clearTimeout(timer)
    }
  }, [text, typed])
  return typed.value
}
