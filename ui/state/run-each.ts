/** Does the same to one thing after another: how far it is, what failed, and an end where somebody asks for it. */
import { type ApiError, toApiError } from '../api/api-error.ts'

export interface Failure {
  readonly name: string
  readonly error: ApiError
}

export interface Progress {
  readonly done: number
  readonly failed: number
  /** The first of those that failed. */
  readonly failures: readonly Failure[]
}

/** Told one by one; of more only the number. */
const maxFailures = 100

/** Fails itself only where the next thing cannot be had. What is being done when it is ended is finished. */
export async function runEach<T>(
  things: Iterable<T> | AsyncIterable<T>,
  nameOf: (thing: T) => string,
  act: (thing: T) => Promise<unknown>,
  { onProgress, signal }: { readonly onProgress: (progress: Progress) => void; readonly signal: AbortSignal },
): Promise<Progress> {
  let progress: Progress = { done: 0, failed: 0, failures: [] }
  for await (const thing of things) {
    if (signal.aborted) break
    try {
      await act(thing)
      progress = { ...progress, done: progress.done + 1 }
    } catch (thrown) {
      const failure = { name: nameOf(thing), error: toApiError(thrown) }
      const failures = [...progress.failures, failure].slice(0, maxFailures)
      progress = { ...progress, failed: progress.failed + 1, failures }
    }
    onProgress(progress)
  }
  return progress
}
