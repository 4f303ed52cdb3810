/** Every setting that has no section of its own; also those a newer device has and this page knows nothing of. */
import type { Settings } from '../../../src/api/schemas/settings.ts'
import { Section } from '../../parts/page.tsx'
import { AmountSetting, SelectSetting, SwitchSetting } from '../../parts/setting.tsx'
import { ListSetting, TextSetting } from '../../parts/setting-text.tsx'
import { advancedRows } from '../../state/device-settings.ts'
import { t } from '../../text/translate.ts'

export function AdvancedSection({ told }: { readonly told: Settings }) {
  return (
    <Section title={t('preferences-advanced')} about={t('advanced-about')}>
      {advancedRows(told.settings).map(({ key, value }) => (
        <AnySetting key={key} name={key} value={value} />
      ))}
    </Section>
  )
}

function AnySetting({ name, value }: { readonly name: string; readonly value: unknown }) {
  if (name === 'cipher')
    return (
      <SelectSetting
        name={name}
        options={['aes', 'chacha'].map((cipher) => ({ value: cipher, label: t(`cipher-${cipher}`) }))}
      />
    )
  // A number, or off.
  if (/Pin$/.test(name)) return <TextSetting name={name} isCode />
  if (typeof value === 'boolean') return <SwitchSetting name={name} />
  if (typeof value === 'number') return <AmountSetting name={name} kind="count" />
  if (Array.isArray(value)) return <ListSetting name={name} />
  return <TextSetting name={name} isCode />
}
