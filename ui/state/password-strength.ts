/** How good a password is by its length alone: rules about kinds of characters make passwords that people forget and programs guess. */

/** Guessed too soon by who tries all of them, however much each try is slowed down. */
const shortestGood = 10
const grades = [
  ['strong', 20],
  ['good', 14],
  ['fair', shortestGood],
] as const

export interface PasswordStrength {
  readonly grade: 'short' | 'fair' | 'good' | 'strong'
  /** Characters it lacks to be long enough. */
  readonly more: number
}

export function passwordStrength(password: string): PasswordStrength {
  const length = [...password].length
  const grade = grades.find(([, least]) => length >= least)?.[0] ?? 'short'
  return { grade, more: Math.max(0, shortestGood - length) }
}
