/** Settings of the device and of folders. */
import Type, { type Static } from 'typebox'
import { closed } from './basics.ts'

/** Values as JSON has them, or as texts a person typed after `key=`. */
export const SettingsBody = Type.Union([
  Type.Object({ values: Type.Record(Type.String(), Type.Unknown()) }, closed),
  Type.Object({ texts: Type.Record(Type.String(), Type.String()) }, closed),
])
export type SettingsChange = Static<typeof SettingsBody>

export const SettingsSchema = Type.Object({
  settings: Type.Array(
    Type.Object({
      key: Type.String(),
      value: Type.Unknown(),
      /** As it would be typed after `key=`. */
      text: Type.String(),
      /** It was never set here. */
      isDefault: Type.Boolean(),
      /** What it is where nothing is set. */
      default: Type.Unknown(),
      /** What holds instead until the daemon ends, because it was started with an option that says so; as it would be typed. */
      thisRun: Type.Optional(Type.String()),
      about: Type.String(),
    }),
  ),
})
export type Settings = Static<typeof SettingsSchema>
