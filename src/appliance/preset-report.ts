/** What came of `berrysync.txt` at this start, for the pages and the status screen. Never holds a value: some of them are secrets. */
import Type, { type Static } from 'typebox'

export const presetMistakes = [
  /** A line that is not `key = value`. */
  'not-understood',
  'key-unknown',
  /** `reason` says what a good one looks like. */
  'value-invalid',
  /** Of two lines for one thing the first counts. */
  'said-twice',
  /** Something else has to be said, too: a country for the Wi-Fi. */
  'incomplete',
  /** The whole file: too large, or not a text. */
  'unreadable',
  /** What Raspberry Pi Imager wanted to run was left out: it is made for another system. */
  'imager-customisation',
  /** Kept, but the daemon did not take the folders in. */
  'folders-not-taken',
] as const

export const PresetReportSchema = Type.Object({
  /** Keys that were taken over at this start. */
  taken: Type.Array(Type.String()),
  mistakes: Type.Array(
    Type.Object({
      code: Type.Enum(presetMistakes),
      /** From 1; 0 for the whole file. */
      line: Type.Integer({ minimum: 0 }),
      key: Type.Union([Type.String(), Type.Null()]),
      /** In English, to go on after a colon; empty when the code says it all. */
      reason: Type.String(),
    }),
  ),
  /** What a page begins with, until its reader chooses. */
  language: Type.Union([Type.Literal('en'), Type.Literal('ru'), Type.Null()]),
  /** Folders wait for a disk. */
  waitingFolders: Type.Integer({ minimum: 0 }),
})
export type PresetReport = Static<typeof PresetReportSchema>
export type PresetMistake = PresetReport['mistakes'][number]
