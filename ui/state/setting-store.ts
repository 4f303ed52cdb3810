/**
 * The settings of a folder or of the device while a person changes them: each is saved by itself as soon as it is chosen, one after another,
 * and shows what was chosen until the device has answered. Where it refuses, what holds comes back, with the reason.
 */
import { signal } from '@preact/signals'
import type { Settings } from '../../src/api/schemas/settings.ts'
import { type ApiError, toApiError } from '../api/api-error.ts'

export type SettingRow = Settings['settings'][number]

export interface ShownSetting {
  readonly value: unknown
  readonly default: unknown
  readonly phase: 'at-rest' | 'saving' | 'saved' | 'refused'
  readonly error?: ApiError
}

export type SettingStore = ReturnType<typeof createSettingStore>

export function createSettingStore(
  { settings }: Settings,
  save: (values: Readonly<Record<string, unknown>>) => Promise<Settings>,
) {
  const held = signal(byKey(settings))
  const marks = signal<Readonly<Record<string, Omit<ShownSetting, 'default'> | undefined>>>({})
  let last: Promise<void> = Promise.resolve()

  function show(key: string): ShownSetting {
    const row = held.value[key]
    const mark = marks.value[key]
    return { default: row?.default, value: row?.value, phase: 'at-rest', ...mark }
  }

  /** Never throws: what went wrong is shown. */
  function set(key: string, value: unknown): Promise<void> {
    const own = { value, phase: 'saving' as const }
    // Of those saved before, only the last says so.
    const others = Object.entries(marks.peek()).filter(([, mark]) => mark?.phase !== 'saved')
    marks.value = { ...Object.fromEntries(others), [key]: own }
    last = last.then(() => send(key, own))
    return last
  }

  async function send(
    key: string,
    own: { readonly value: unknown; readonly phase: 'saving' },
  ): Promise<void> {
    // It was chosen anew before its turn came.
    if (marks.peek()[key] !== own) return
    try {
      held.value = byKey((await save({ [key]: own.value })).settings)
      settle(key, own, 'saved')
    } catch (thrown) {
      settle(key, own, 'refused', toApiError(thrown))
    }
  }

  function settle(key: string, own: object, phase: 'saved' | 'refused', error?: ApiError): void {
    if (marks.peek()[key] !== own) return
    const mark = { value: held.peek()[key]?.value, phase, ...(error === undefined ? {} : { error }) }
    marks.value = { ...marks.peek(), [key]: mark }
  }

  return { show, set }
}

/** Whether a value is what holds where nothing is set. */
export function isDefault(shown: Pick<ShownSetting, 'value' | 'default'>): boolean {
  return JSON.stringify(shown.value) === JSON.stringify(shown.default)
}

function byKey(rows: readonly SettingRow[]): Readonly<Record<string, SettingRow>> {
  return Object.fromEntries(rows.map((row) => [row.key, row]))
}
