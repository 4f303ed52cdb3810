/** Adding a folder in three steps at most: new or shared with a secret, which directory, and what happens now. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { Button } from '../parts/button.tsx'
import { PageHeader } from '../parts/page.tsx'
import { route } from '../state/route.ts'
import { t } from '../text/translate.ts'
import { Choose } from './add-folder/choose.tsx'
import { DirectoryStep } from './add-folder/directory.tsx'
import { Done } from './add-folder/done.tsx'
import { Join } from './add-folder/join.tsx'
import { numberOf, type Step, stepBefore } from './add-folder/steps.ts'

export function AddFolderPage() {
  const link = route.value.page === 'add-folder' ? route.value.link : undefined
  const [text, setText] = useState(link ?? '')
  const [step, setStep] = useState<Step>(link === undefined ? { name: 'choose' } : { name: 'join' })
  const heading = useHeadingOf(step)
  useEffect(() => {
    if (link === undefined) return
    setText(link)
    setStep({ name: 'join' })
  }, [link])
  const before = stepBefore(step)
  return (
    <div ref={heading}>
      <PageHeader
        title={t(`add-title-${step.name}`)}
        back={{ to: { page: 'folders' }, label: t('back-to-folders') }}
        about={
          <>
            <span class="step">{t('add-step', { step: numberOf(step) })}</span>
            {before && (
              <Button look="quiet" icon="back" onClick={() => setStep(before)}>
                {t('step-back')}
              </Button>
            )}
          </>
        }
      />
      {step.name === 'choose' && (
        <Choose
          onNew={(given) => setStep(given ? { name: 'directory', given } : { name: 'directory' })}
          onJoin={() => setStep({ name: 'join' })}
        />
      )}
      {step.name === 'join' && (
        <Join text={text} onText={setText} onNext={(given) => setStep({ name: 'directory', given })} />
      )}
      {step.name === 'directory' && (
        <DirectoryStep given={step.given} onAdded={(added) => setStep({ name: 'done', added })} />
      )}
      {step.name === 'done' && <Done added={step.added} />}
    </div>
  )
}

/** Whoever listens hears where they are after each step. */
function useHeadingOf(step: Step) {
  const page = useRef<HTMLDivElement>(null)
  const seen = useRef(step.name)
  useEffect(() => {
    if (seen.current === step.name) return
    seen.current = step.name
    scrollTo(0, 0)
    page.current?.querySelector('h1')?.focus({ preventScroll: true })
  }, [step.name])
  return page
}
