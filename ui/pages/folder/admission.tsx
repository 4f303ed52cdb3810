/** Who may join the folder. */

import type { AdmissionBody } from '../../../src/api/schemas/members.ts'
import { api, folderAddress } from '../../api/request.ts'
import { ExplainedChoice } from '../../parts/explained-choice.tsx'
import { Fault } from '../../parts/fault.tsx'
import { Section } from '../../parts/page.tsx'
import { useAction } from '../../parts/use-action.ts'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import { t } from '../../text/translate.ts'

const rules = ['secret', 'approval', 'invite'] as const

export function AdmissionSection({
  folder,
  canDecide,
}: {
  readonly folder: string
  readonly canDecide: boolean
}) {
  const loading = useLoaded(folder, (signal) =>
    api.get<AdmissionBody>(folderAddress(folder, '/admission'), {}, signal),
  )
  const { run, isBusy, fault } = useAction(async (rule: AdmissionBody['rule']) => {
    await api.patch(folderAddress(folder, '/admission'), { rule })
    loading.reload()
  })
  return (
    <Section title={t('admission-title')} about={t(canDecide ? 'admission-about' : 'admission-not-yours')}>
      <Show loading={loading}>
        {({ rule }) => (
          <ExplainedChoice
            label={t('admission-title')}
            value={rule}
            options={rules.map((value) => ({
              value,
              label: t(`admission-${value}`),
              about: t(`admission-${value}-about`),
            }))}
            onChange={run}
            disabled={!canDecide || isBusy}
          />
        )}
      </Show>
      <Fault text={fault} />
    </Section>
  )
}
