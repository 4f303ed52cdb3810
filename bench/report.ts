/** Turns what the rounds measured into rows: medians, the median of the ratios within each round, and whether a target is met. Pure. */

import { median } from '../src/testing/statistics.ts'
import type { Limits } from './limits.ts'
import type { BenchCase, Metric, Target } from './measures.ts'
import { type RivalName, rivalNames } from './rival.ts'
import type { Round } from './rounds.ts'

export interface Row {
  readonly case: string
  readonly metric: string
  readonly unit: string
  /** Medians over the rounds. */
  readonly medians: Partial<Record<RivalName, number>>
  /** Berrysync divided by each of the others: the median of the rounds' ratios. */
  readonly ratios: Partial<Record<RivalName, number>>
  readonly verdicts: readonly Verdict[]
}

export interface Verdict {
  /** The target in words. */
  readonly target: string
  /** What is compared with it. */
  readonly value: number
  readonly isMet: boolean
}

export function rowsOf(bench: BenchCase, rounds: readonly Round[], limits: Limits): Row[] {
  return bench.metrics.map((metric) => {
    const { key, unit } = metric
    const valuesOf = (rival: RivalName) => rounds.flatMap((round) => round[rival]?.[key] ?? [])
    const medians = onlyDefined((rival) => medianOrNothing(valuesOf(rival)))
    const ratios = onlyDefined((rival) =>
      rival === 'berrysync' ? undefined : medianOrNothing(ratiosOf(rounds, key, rival)),
    )
    return {
      ...{ case: bench.name, metric: key, unit, medians, ratios },
      verdicts: verdictsOf(metric, medians.berrysync, ratios.syncthing, limits),
    }
  })
}

function ratiosOf(rounds: readonly Round[], key: string, rival: RivalName): number[] {
  return rounds.flatMap((round) => {
    const [own, other] = [round.berrysync?.[key], round[rival]?.[key]]
    return own === undefined || other === undefined || other === 0 ? [] : own / other
  })
}

function verdictsOf(
  { targets }: Metric,
  value: number | undefined,
  ratio: number | undefined,
  limits: Limits,
): Verdict[] {
  return targets.flatMap((target) => {
    const compared = comparedWith(target, value, ratio, limits)
    if (compared === undefined) return []
    // What is printed is what counts.
    const shown = Number(compared.toPrecision(3))
    const isMet = 'atMost' in target ? shown <= target.atMost : shown >= target.atLeast
    return { target: targetToText(target), value: compared, isMet }
  })
}

function comparedWith(
  target: Target,
  value: number | undefined,
  ratio: number | undefined,
  limits: Limits,
): number | undefined {
  switch (target.kind) {
    case 'ratio':
      return ratio
    case 'value':
      return value
    case 'limit':
      return value === undefined ? undefined : value / limits[target.limit]
  }
}

function targetToText(target: Target): string {
  const bound = 'atMost' in target ? `≤ ${numberToText(target.atMost)}` : `≥ ${numberToText(target.atLeast)}`
  switch (target.kind) {
    case 'ratio':
      return `${bound} × Syncthing`
    case 'value':
      return bound
    case 'limit':
      return `${bound} × ${target.limit}`
  }
}

function onlyDefined(value: (rival: RivalName) => number | undefined): Partial<Record<RivalName, number>> {
  const entries = rivalNames.map((rival) => [rival, value(rival)] as const)
  return Object.fromEntries(entries.filter(([, found]) => found !== undefined))
}

function medianOrNothing(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : median(values)
}

// ---- for people ---------------------------------------------------------------------------------------------------------

const headings = ['CASE', 'METRIC', 'BERRYSYNC', 'SYNCTHING', 'RSYNC', 'RATIO', 'TARGET', '']

/** The rows as a table; RATIO is Berrysync divided by Syncthing. */
export function rowsToText(rows: readonly Row[]): string {
  const lines = rows.flatMap((row, at) => {
    const isFirst = rows[at - 1]?.case !== row.case
    const start = [
      isFirst ? row.case : '',
      `${row.metric} (${row.unit})`,
      ...rivalNames.map((rival) => numberToText(row.medians[rival])),
      numberToText(row.ratios.syncthing),
    ]
    const [first, ...more] = row.verdicts.map(verdictToCells)
    return [[...start, ...(first ?? ['', ''])], ...more.map((cells) => [...start.map(() => ''), ...cells])]
  })
  return columnsToText([headings, ...lines])
}

function verdictToCells({ target, value, isMet }: Verdict): string[] {
  return [target, isMet ? 'met' : `MISSED (${numberToText(value)})`]
}

function columnsToText(lines: readonly (readonly string[])[]): string {
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Three digits that matter. */
export function numberToText(value: number | undefined): string {
  if (value === undefined) return '–'
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(3)))
}
