/** Which of the cases are run: those that were asked for, and what they need of the ones before them. Pure. */
import type { Case, Series } from './case.ts'

export interface Choice {
  /** Ids of cases; all when left out. */
  readonly only?: ReadonlySet<string> | undefined
  readonly without: ReadonlySet<string>
}

/** Without starts and series that have nothing left to do. */
export function chosenSeries(all: readonly Series[], { only, without }: Choice): readonly Series[] {
  const chosen = (cases: readonly Case[]) =>
    (only === undefined ? cases : cases.slice(0, cases.findLastIndex(({ id }) => only.has(id)) + 1)).filter(
      ({ id }) => !without.has(id),
    )
  const withCases = all.map((series) => ({
    ...series,
    starts: series.starts.map((start) => ({ ...start, cases: chosen(start.cases) })),
  }))
  const isNeeded = ({ starts }: Series) => starts.some(({ cases }) => cases.length > 0)
  const resumed = new Set(withCases.filter(isNeeded).map(({ resumes }) => resumes))
  return withCases
    .map((series) => ({
      ...series,
      starts: series.starts.filter(
        ({ cases, isSaved }) => cases.length > 0 || (isSaved === true && resumed.has(series.id)),
      ),
    }))
    .filter(({ starts }) => starts.length > 0)
}
