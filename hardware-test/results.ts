/** The outcome of a run: what is printed of it, and what is written as JSON. Pure. */
import type { Case, Figures } from './case.ts'

export interface CaseResult {
  readonly id: string
  readonly title: string
  readonly outcome: 'passed' | 'failed' | 'not-run'
  readonly seconds: number
  readonly figures: Figures
  /** Why it failed, or could not be run. */
  readonly reason?: string
}

export interface RunResult {
  readonly date: string
  readonly board: Readonly<Record<string, string>>
  readonly image: Readonly<Record<string, string | number>>
  readonly seconds: number
  readonly passed: number
  readonly failed: number
  readonly notRun: number
  /** How long each start took until the web interface answered, by its id. */
  readonly startSeconds: Figures
  readonly cases: readonly CaseResult[]
}

/** Several series as one run. `seconds` of each ran side by side, and says nothing of the whole. */
export function mergedResult(parts: readonly RunResult[], seconds: number): RunResult {
  const cases = parts.flatMap((part) => part.cases)
  const { date, board, image } = parts[0]!
  const startSeconds = Object.assign({}, ...parts.map((part) => part.startSeconds)) as Figures
  return { date, board, image, seconds, ...summaryOf(cases), startSeconds, cases }
}

export function resultOf(
  { id, title }: Case,
  seconds: number,
  outcome: Omit<CaseResult, 'id' | 'title' | 'seconds'>,
): CaseResult {
  return { id, title, seconds: rounded(seconds), ...outcome }
}

export function lineOf({ id, title, outcome, seconds, figures, reason }: CaseResult): string {
  const numbers = Object.entries(figures).map(([name, value]) => `${name} ${rounded(value)}`)
  const head = `${outcome.padEnd(7)} ${seconds.toFixed(1).padStart(6)} s  ${id}: ${title}`
  const tail = numbers.length === 0 ? '' : ` [${numbers.join(', ')}]`
  return `${head}${tail}${reason === undefined ? '' : `\n        ${reason.replaceAll('\n', '\n        ')}`}`
}

export function summaryOf(cases: readonly CaseResult[]): Pick<RunResult, 'passed' | 'failed' | 'notRun'> {
  const count = (outcome: CaseResult['outcome']) => cases.filter((each) => each.outcome === outcome).length
  return { passed: count('passed'), failed: count('failed'), notRun: count('not-run') }
}

function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(value < 1 ? 2 : 4))
}
