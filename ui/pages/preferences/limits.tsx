/** How fast all folders together may be: always, and at certain times of the week. */
import { Section } from '../../parts/page.tsx'
import { AmountSetting, SwitchSetting, useSetting } from '../../parts/setting.tsx'
import { SettingFault } from '../../parts/setting-text.tsx'
import { t } from '../../text/translate.ts'
import { LimitsNow } from '../limits-now.tsx'
import { ScheduleEditor } from './schedule-editor.tsx'

export function LimitsSection() {
  const { shown, set, label, about } = useSetting('limitSchedule')
  const none = t('no-limit')
  return (
    <>
      <Section title={t('limits-title')} about={<LimitsNow />}>
        <div class="setting-columns">
          <AmountSetting name="downloadLimit" kind="rate" none={none} />
          <AmountSetting name="uploadLimit" kind="rate" none={none} />
        </div>
        <SwitchSetting name="limitLan" />
        <AmountSetting name="uploads" kind="count" />
      </Section>
      <Section title={label} about={about}>
        <ScheduleEditor texts={(shown.value ?? []) as readonly string[]} onChange={set} />
        <SettingFault name="limitSchedule" />
      </Section>
    </>
  )
}
