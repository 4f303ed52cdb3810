/** Controls of settings: each is saved by itself as it is chosen, says that it was or why not, and goes back to its default. */

import { type ComponentChildren, createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { ApiError } from '../api/api-error.ts'
import { isDefault, type SettingStore, type ShownSetting } from '../state/setting-store.ts'
import { type AmountKind, amountText } from '../text/amount.ts'
import { t } from '../text/translate.ts'
import { AmountField } from './amount-field.tsx'
import { Fault } from './fault.tsx'
import { type Option, SelectField, Switch } from './field.tsx'
import { Icon } from './icon.tsx'

/** Where the settings of a page are kept, and what each is called. */
export interface SettingPlace {
  readonly store: SettingStore
  label(key: string): string
  about(key: string): ComponentChildren
  fault(key: string, error: ApiError): string
}

const Place = createContext<SettingPlace | undefined>(undefined)

export const SettingsIn = Place.Provider

/** What every control of a setting is made of. */
export function useSetting(name: string) {
  const place = useContext(Place)
  if (place === undefined) throw new Error('a setting stands in no place')
  const shown = place.store.show(name)
  return {
    shown,
    /** Tells whether it was taken. */
    set: async (value: unknown) => {
      await place.store.set(name, value)
      return place.store.show(name).phase !== 'refused'
    },
    label: place.label(name),
    about: place.about(name),
    fault: shown.error && place.fault(name, shown.error),
  }
}

export function SwitchSetting({ name, disabled }: { readonly name: string; readonly disabled?: boolean }) {
  const { shown, set, label, about, fault } = useSetting(name)
  return (
    <div class="setting">
      <Switch {...{ label, about }} isOn={shown.value === true} onChange={set} disabled={disabled === true} />
      <Fault text={fault} />
      <SettingFoot
        {...{ shown, set, label }}
        defaultText={t(shown.default === true ? 'switch-on' : 'switch-off')}
      />
    </div>
  )
}

export function AmountSetting({
  name,
  kind,
  none,
}: {
  readonly name: string
  readonly kind: AmountKind
  /** What 0 means. */
  readonly none?: string
}) {
  const { shown, set, label, about, fault } = useSetting(name)
  const usual = Number(shown.default)
  return (
    <div class="setting">
      <AmountField
        {...{ label, about, fault, kind }}
        {...(none === undefined ? {} : { none })}
        value={Number(shown.value)}
        onChange={set}
      />
      <SettingFoot
        {...{ shown, set, label }}
        defaultText={usual === 0 && none !== undefined ? none : amountText(usual, kind)}
      />
    </div>
  )
}

export function SelectSetting({
  name,
  options,
}: {
  readonly name: string
  readonly options: readonly Option<string>[]
}) {
  const { shown, set, label, about, fault } = useSetting(name)
  return (
    <div class="setting">
      <SelectField
        {...{ label, about, fault, options }}
        value={String(shown.value)}
        onChange={(value) => void set(value)}
      />
      <SettingFoot
        {...{ shown, set, label }}
        defaultText={options.find(({ value }) => value === shown.default)?.label ?? String(shown.default)}
      />
    </div>
  )
}

/** Whether it was saved, and the way back. */
export function SettingFoot({
  shown,
  set,
  label,
  defaultText,
}: {
  readonly shown: ShownSetting
  readonly set: (value: unknown) => unknown
  readonly label: string
  readonly defaultText: string
}) {
  return (
    <div class="setting-foot">
      <span class={`setting-phase ${shown.phase}`} role="status">
        {shown.phase === 'saved' && (
          <>
            <Icon name="check" />
            {t('setting-saved')}
          </>
        )}
        {shown.phase === 'saving' && t('setting-saving')}
      </span>
      {!isDefault(shown) && (
        <button
          type="button"
          class="text-button"
          aria-label={t('setting-reset-of', { label, value: defaultText })}
          onClick={() => set(shown.default)}
        >
          <Icon name="restore" />
          {t('setting-reset', { value: defaultText })}
        </button>
      )}
    </div>
  )
}
