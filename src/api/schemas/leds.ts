/** What the LEDs of an appliance can show, and what they show now. */
import Type, { type Static } from 'typebox'

/** Lit, dark, or milliseconds lit and dark in turn, from the beginning again after the last. */
const BlinkSchema = Type.Union([Type.Literal('on'), Type.Literal('off'), Type.Array(Type.Number())])

const LedPatternSchema = Type.Object({
  id: Type.String(),
  /** The green LED. */
  status: BlinkSchema,
  /** The amber LED. */
  attention: BlinkSchema,
  /** The LED on the board itself, which shows everything alone. */
  single: BlinkSchema,
  meaning: Type.String(),
})
export type LedPatternBody = Static<typeof LedPatternSchema>

export const LedsSchema = Type.Object({
  /** The id of the pattern that is shown. */
  shown: Type.String(),
  /** The most important first. */
  patterns: Type.Array(LedPatternSchema),
})
export type LedsBody = Static<typeof LedsSchema>
