/** Something done to many things: how far it is, a way to end it, and what came of it. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { type ApiError, toApiError } from '../api/api-error.ts'
import { type Progress as RunState, runEach } from '../state/run-each.ts'
import { errorText, t } from '../text/translate.ts'
import { Button } from './button.tsx'
import { Callout } from './callout.tsx'
import { Progress } from './values.tsx'

interface Shown extends RunState {
  /** None where nobody knows before the end. */
  readonly total: number | undefined
  readonly state: 'running' | 'ended' | 'stopped'
  /** Why the next thing could not even be had. */
  readonly error?: ApiError
}

export interface Run {
  readonly shown: Shown | undefined
  readonly isRunning: boolean
  readonly start: <T>(
    things: Iterable<T> | AsyncIterable<T>,
    total: number | undefined,
    nameOf: (thing: T) => string,
    act: (thing: T) => Promise<unknown>,
  ) => Promise<void>
  readonly stop: () => void
  readonly forget: () => void
}

/** Goes on until its end, or until the page is left. */
export function useRun(): Run {
  const shown = useSignal<Shown | undefined>(undefined)
  const leaving = useRef<AbortController | undefined>(undefined)
  useEffect(() => () => leaving.current?.abort(), [])
  return {
    shown: shown.value,
    isRunning: shown.value?.state === 'running',
    async start(things, total, nameOf, act) {
      const own = new AbortController()
      leaving.current = own
      const tell = (progress: RunState, state: Shown['state']) => {
        shown.value = { ...progress, total, state }
      }
      tell({ done: 0, failed: 0, failures: [] }, 'running')
      try {
        const onProgress = (progress: RunState) => tell(progress, 'running')
        const result = await runEach(things, nameOf, act, { onProgress, signal: own.signal })
        tell(result, own.signal.aborted ? 'stopped' : 'ended')
      } catch (thrown) {
        shown.value = { ...shown.peek()!, state: 'ended', error: toApiError(thrown) }
      }
    },
    stop: () => leaving.current?.abort(),
    forget: () => {
      shown.value = undefined
    },
  }
}

/** `words` begins keys of texts: `…-running`, `…-done`. */
export function RunProgress({
  run: { shown, stop, forget },
  words,
}: {
  readonly run: Run
  readonly words: (phase: 'running' | 'done', count: number) => string
}) {
  if (shown === undefined) return null
  const { done, failed, failures, total, state, error } = shown
  if (state === 'running')
    return (
      <div class="run card" role="status">
        <div class="run-text">
          <strong>{words('running', done + failed)}</strong>
          <Button onClick={stop}>{t('run-stop')}</Button>
        </div>
        {total !== undefined && <Progress part={(done + failed) / Math.max(1, total)} />}
      </div>
    )
  return (
    <div class="run-result" role="status">
      <Callout
        tone={failed > 0 || error !== undefined ? 'problem' : 'ok'}
        actions={<Button onClick={forget}>{t('close')}</Button>}
      >
        <p>
          <strong>{words('done', done)}</strong> {state === 'stopped' && t('run-stopped')}
        </p>
        {error && <p>{errorText(error)}</p>}
        {failed > 0 && (
          <details>
            <summary>{t('run-failed', { files: failed })}</summary>
            <ul class="run-failures">
              {failures.map((failure) => (
                <li key={failure.name}>
                  <bdi class="path-name">{failure.name}</bdi>
                  <span>{errorText(failure.error)}</span>
                </li>
              ))}
            </ul>
          </details>
        )}
      </Callout>
    </div>
  )
}
