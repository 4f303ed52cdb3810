/** Settings that are typed: one text, or a list of them. Saved when the person says so, because half an address is none. */

import { useState } from 'preact/hooks'
import { t } from '../text/translate.ts'
import { Button, IconButton } from './button.tsx'
import { Fault } from './fault.tsx'
import { TextField } from './field.tsx'
import { SettingFoot, useSetting } from './setting.tsx'

/** Longer ones the device refuses anyway. */
const maxCharacters = 4096

export function TextSetting({ name, isCode }: { readonly name: string; readonly isCode?: boolean }) {
  const { shown, set, label, about, fault } = useSetting(name)
  const [draft, setDraft] = useState<string | undefined>(undefined)
  const held = String(shown.value)
  const isChanged = draft !== undefined && draft.trim() !== held
  async function save(): Promise<void> {
    if (draft === undefined) return
    // What was refused stays in sight beside the reason.
    if (isChanged && (await set(draft.trim()))) setDraft(undefined)
  }
  return (
    <form
      class="setting"
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      <div class="setting-line">
        <TextField
          {...{ label, about, fault }}
          {...(isCode ? { isCode } : {})}
          maxLength={maxCharacters}
          autocomplete="off"
          value={draft ?? held}
          onInput={setDraft}
        />
        {isChanged && (
          <Button type="submit" look="primary" icon="check" isBusy={shown.phase === 'saving'}>
            {t('save')}
          </Button>
        )}
      </div>
      <SettingFoot {...{ shown, label }} set={set} defaultText={String(shown.default)} />
    </form>
  )
}

export function ListSetting({ name, placeholder }: { readonly name: string; readonly placeholder?: string }) {
  const { shown, set, label, about, fault } = useSetting(name)
  const [draft, setDraft] = useState('')
  const values = textsOf(shown.value)
  const usual = textsOf(shown.default)
  async function add(): Promise<void> {
    const text = draft.trim()
    if (text === '') return
    if (values.includes(text) || (await set([...values, text]))) setDraft('')
  }
  return (
    <form
      class="setting list-setting"
      onSubmit={(event) => {
        event.preventDefault()
        add()
      }}
    >
      <h3>{label}</h3>
      <div class="about">{about}</div>
      {values.length === 0 ? (
        <p class="muted">{t('list-none')}</p>
      ) : (
        <ul class="rows" aria-label={label}>
          {values.map((value) => (
            <li key={value} class="row">
              <span class="code">{value}</span>
              <IconButton
                icon="trash"
                label={t('list-remove', { value })}
                onClick={() => set(values.filter((other) => other !== value))}
              />
            </li>
          ))}
        </ul>
      )}
      <div class="setting-line bare">
        <TextField
          label={t('list-add-label', { label })}
          fault={fault}
          {...(placeholder === undefined ? {} : { placeholder })}
          isCode
          maxLength={maxCharacters}
          autocomplete="off"
          value={draft}
          onInput={setDraft}
        />
        <Button type="submit" icon="plus" isBusy={shown.phase === 'saving'}>
          {t('list-add')}
        </Button>
      </div>
      <SettingFoot
        {...{ shown, label }}
        set={set}
        defaultText={usual.length === 0 ? t('list-none') : t('list-count', { entries: usual.length })}
      />
    </form>
  )
}

/** What was refused, told where it has no field beside it. */
export function SettingFault({ name }: { readonly name: string }) {
  const { fault } = useSetting(name)
  return <Fault text={fault} />
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}
