/** What only this browser looks like: language, theme, units. */
import { Choice } from '../parts/field.tsx'
import { Section } from '../parts/page.tsx'
import { language, languages, speedUnit, speedUnits, theme, themes } from '../state/preferences.ts'
import { t } from '../text/translate.ts'

export function AppearanceSection() {
  return (
    <Section title={t('appearance')} about={t('appearance-about')}>
      <Choice
        label={t('language')}
        value={language.value}
        options={languages.map((value) => ({ value, label: t(`language-${value}`) }))}
        onChange={(value) => {
          language.value = value
        }}
      />
      <Choice
        label={t('theme')}
        value={theme.value}
        options={themes.map((value) => ({ value, label: t(`theme-${value}`) }))}
        onChange={(value) => {
          theme.value = value
        }}
      />
      <Choice
        label={t('speed-unit')}
        value={speedUnit.value}
        options={speedUnits.map((value) => ({ value, label: t(`speed-unit-${value}`) }))}
        onChange={(value) => {
          speedUnit.value = value
        }}
      />
    </Section>
  )
}
