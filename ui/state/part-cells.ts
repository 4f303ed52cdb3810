/** Reads how full each stretch of a file is, for drawing: few shapes instead of many, and one number for the whole. */

export interface CellRun {
  /** The first cell. */
  readonly from: number
  /** In cells. */
  readonly length: number
  /** How full each of them is, above 0 and up to 1. */
  readonly part: number
}

/** Neighbours that are equally full, as one; those without anything are left out. */
export function cellRuns(cells: readonly number[]): readonly CellRun[] {
  const runs: CellRun[] = []
  for (const [at, cell] of cells.entries()) {
    if (cell <= 0) continue
    const part = Math.min(cell, 100) / 100
    const before = runs.at(-1)
    if (before !== undefined && before.part === part && before.from + before.length === at)
      runs[runs.length - 1] = { ...before, length: before.length + 1 }
    else runs.push({ from: at, length: 1, part })
  }
  return runs
}

/** Of the whole file, from 0 to 1. */
export function fullness(cells: readonly number[]): number {
  if (cells.length === 0) return 0
  return cells.reduce((sum, cell) => sum + cell, 0) / (100 * cells.length)
}
