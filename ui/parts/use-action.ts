/** Something a person asks for that takes a moment: whether it is being done, and what went wrong in words. */
import { useSignal } from '@preact/signals'
import { toApiError } from '../api/api-error.ts'
import { showToast } from '../state/toasts.ts'
import { errorText } from '../text/translate.ts'

export interface Action<A extends readonly unknown[]> {
  readonly run: (...args: A) => Promise<void>
  readonly isBusy: boolean
  /** What went wrong, until it is tried again. */
  readonly fault: string | undefined
  readonly faultCode: string | undefined
}

/** For what has a place to say what went wrong. */
export function useAction<A extends readonly unknown[]>(act: (...args: A) => Promise<unknown>): Action<A> {
  const isBusy = useSignal(false)
  const error = useSignal<ReturnType<typeof toApiError> | undefined>(undefined)
  async function run(...args: A): Promise<void> {
    if (isBusy.peek()) return
    isBusy.value = true
    error.value = undefined
    try {
      await act(...args)
    } catch (thrown) {
      const failure = toApiError(thrown)
      // Who closes the dialog that asks for the password knows that nothing was done.
      if (failure.code !== 'dismissed') error.value = failure
    } finally {
      isBusy.value = false
    }
  }
  const failure = error.value
  return {
    run,
    isBusy: isBusy.value,
    fault: failure && errorText(failure),
    faultCode: failure?.code,
  }
}

/** For what has no such place: says it over the page, and what was done, too, where there is something to say. */
export async function doAndTell(act: () => Promise<unknown>, done?: string): Promise<void> {
  try {
    await act()
    if (done !== undefined) showToast('ok', done)
  } catch (thrown) {
    const error = toApiError(thrown)
    if (error.code !== 'dismissed') showToast('problem', errorText(error))
  }
}
