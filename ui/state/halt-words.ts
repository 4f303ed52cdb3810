/** Which halts there are words for: what happened, what is safe, what to do. */
export const explainedHalts = [
  'root-missing',
  'root-unmarked',
  'root-foreign',
  'root-unreadable',
  'disk-away',
  'disk-full',
  'disk-read-only',
  'too-many-errors',
  'mass-delete',
  'database-unusable',
  'secret-changed',
] as const

export type ExplainedHalt = (typeof explainedHalts)[number]

export function isExplainedHalt(code: string): code is ExplainedHalt {
  return (explainedHalts as readonly string[]).includes(code)
}
