/** A component that is not needed every day: it is loaded when it is first shown. */
import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { t } from '../text/translate.ts'
import { Callout } from './callout.tsx'

export function late<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  return function Late(props: P) {
    const shown = useSignal<{ readonly Part?: ComponentType<P>; readonly hasFailed?: true }>({})
    useEffect(() => {
      load().then(
        (Part) => {
          shown.value = { Part }
        },
        () => {
          shown.value = { hasFailed: true }
        },
      )
    }, [shown])
    const { Part, hasFailed } = shown.value
    if (hasFailed) return <Callout tone="problem">{t('page-failed')}</Callout>
    return Part === undefined ? <p class="loading">{t('loading')}</p> : <Part {...props} />
  }
}
