/**
 * Values of settings: read by the table as people type them and as JSON has them, completed with defaults, refused where they do not fit
 * together or the role of a folder, and shown. Knows no setting but those that need others.
 */
import { SyncError } from './core/errors.ts'
import { parseScheduleEntry, type ScheduleEntry } from './core/rate-schedule.ts'
import type { FolderSettings } from './engine/settings.ts'
import { type Fault, isFault, rate } from './setting-kinds.ts'
import { type DeviceSettings, folderSettingTable, type Setting, type SettingTable } from './setting-table.ts'

function settingOf<S>(table: SettingTable<S>, key: string): Setting<S[keyof S]> {
  if (!Object.hasOwn(table, key)) {
    throw new SyncError('setting-unknown', { key, known: Object.keys(table).join(', ') })
  }
  return table[key as keyof S]
}

function valueOrThrow<T>(key: string, given: unknown, value: T | Fault): T {
  if (!isFault(value)) return value
  const shown = typeof given === 'string' ? given : JSON.stringify(given)
  throw new SyncError('setting-invalid', { key, value: shown, reason: value.fault })
}

/** Values as JSON has them. Throws `setting-unknown` or `setting-invalid`, which name the key. */
export function settingsFromJson<S>(
  table: SettingTable<S>,
  json: Readonly<Record<string, unknown>>,
): Partial<S> {
  return readEach(table, json, (setting, value) => setting.kind.fromJson(value))
}

/** Values as a person typed them after `key=`. Throws like `settingsFromJson`. */
export function settingsFromTexts<S>(
  table: SettingTable<S>,
  texts: Readonly<Record<string, string>>,
): Partial<S> {
  return readEach(table, texts, (setting, text) => setting.kind.fromText(text))
}

function readEach<S, V>(
  table: SettingTable<S>,
  given: Readonly<Record<string, V>>,
  read: (setting: Setting<S[keyof S]>, value: V) => S[keyof S] | Fault,
): Partial<S> {
  const values: Partial<S> = {}
  for (const [key, value] of Object.entries(given)) {
    values[key as keyof S] = valueOrThrow(key, value, read(settingOf(table, key), value))
  }
  return values
}

/** Throws `setting-invalid` for what is set and is nothing for a folder of this role. */
export function refuseForRole(set: Partial<FolderSettings>, role: 'full' | 'read-only'): void {
  if (role === 'read-only') return
  for (const key of Object.keys(set) as (keyof FolderSettings)[]) {
    const setting = folderSettingTable[key]
    if (setting.isForReadOnly && set[key] !== setting.default) {
      const reason =
        'this device holds the full secret of the folder, so others rely on what it has; only a read-only device may keep less'
      throw new SyncError('setting-invalid', { key, value: setting.kind.toText(set[key] as never), reason })
    }
  }
}

const pinKeys = ['ledPin', 'attentionPin', 'buttonPin'] as const

/** Throws `setting-invalid` when one line has two uses: a button at the line of an LED would short it to ground. */
export function refuseSharedPins(settings: Pick<DeviceSettings, (typeof pinKeys)[number]>): void {
  for (const [at, key] of pinKeys.entries()) {
    const other = pinKeys.slice(0, at).find((before) => settings[before] === settings[key])
    if (other === undefined || settings[key] === 'off') continue
    const reason = `${other} is the same line; each needs one of its own`
    throw new SyncError('setting-invalid', { key, value: String(settings[key]), reason })
  }
}

/** The schedule that a value of the setting stands for. */
export function readSchedule(texts: readonly string[]): readonly ScheduleEntry[] {
  return texts.map((text) => {
    const entry = parseScheduleEntry(text, rate.fromText)
    if (isFault(entry))
      throw new SyncError('setting-invalid', { key: 'limitSchedule', value: text, reason: entry.fault })
    return entry
  })
}

/** Without what only a read-only device may set, where the role is another. */
export function onlyForRole(
  set: Partial<FolderSettings>,
  role: 'full' | 'read-only',
): Partial<FolderSettings> {
  const keys = Object.keys(set) as (keyof FolderSettings)[]
  const kept = keys.filter((key) => role === 'read-only' || folderSettingTable[key].isForReadOnly !== true)
  return Object.fromEntries(kept.map((key) => [key, set[key]]))
}

/** What is set, completed with the defaults. */
export function withDefaults<S>(table: SettingTable<S>, set: Partial<S>): S {
  const keys = Object.keys(table) as (keyof S)[]
  return Object.fromEntries(keys.map((key) => [key, set[key] ?? table[key].default])) as S
}

export interface ShownSetting {
  readonly key: string
  readonly value: unknown
  readonly text: string
  readonly isDefault: boolean
  readonly default: unknown
  /** What holds instead until the daemon ends. */
  readonly thisRun?: string
  readonly about: string
}

/** Every setting with its present value, for people and programs. `overrides` hold instead until the daemon ends. */
export function showSettings<S>(
  table: SettingTable<S>,
  set: Partial<S>,
  overrides: Partial<S> = {},
): ShownSetting[] {
  return (Object.keys(table) as (keyof S & string)[]).map((key) => {
    const setting = table[key]
    const value = set[key] ?? setting.default
    const override = overrides[key]
    return {
      key,
      value,
      text: setting.kind.toText(value),
      isDefault: set[key] === undefined,
      default: setting.default,
      ...(override === undefined ? {} : { thisRun: setting.kind.toText(override) }),
      about: setting.about,
    }
  })
}
