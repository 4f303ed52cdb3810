/** How things look to a person: sizes, times, tables. Names come from other people's devices, so nothing in them reaches the terminal raw. */
import { plainText } from '../core/plain-text.ts'

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** A size as people say it: `1.2 GB`, in steps of 1000. */
export function sizeToText(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

export function countToText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}

/** ISO 8601 to the person's own time, to the second. */
export function timeToText(iso: string): string {
  const date = new Date(iso)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** Narrower than this a column of sentences cannot be read, and the terminal breaks the lines. */
const narrowestColumn = 24
const gap = 2

/**
 * Rows in columns under a headline; no rows give the text that says so. Where they would go beyond `maxWidth` the widest columns are broken
 * between words and after commas.
 */
export function tableToText(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  empty: string,
  maxWidth = Number.POSITIVE_INFINITY,
): string {
  if (rows.length === 0) return empty
  const cells = [heads, ...rows].map((row) => row.map(plainText))
  const widths = fitWidths(
    heads.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column]!)))),
    maxWidth,
  )
  return cells.map((row) => rowToText(row, widths)).join('\n')
}

/** Takes from the widest until all fit. */
function fitWidths(natural: readonly number[], maxWidth: number): number[] {
  const widths = [...natural]
  for (;;) {
    const all = widths.reduce((sum, width) => sum + width, gap * (widths.length - 1))
    const widest = Math.max(...widths)
    if (all <= maxWidth || widest <= narrowestColumn) return widths
    widths[widths.indexOf(widest)] = widest - 1
  }
}

function rowToText(row: readonly string[], widths: readonly number[]): string {
  const columns = row.map((cell, column) => breakLines(cell, widths[column]!))
  const height = Math.max(...columns.map((lines) => lines.length))
  const lines = Array.from({ length: height }, (_, line) =>
    columns
      .map(
        (column, at) =>
          (column[line] ?? '') + ' '.repeat(Math.max(0, widths[at]! - widthOf(column[line] ?? ''))),
      )
      .join(' '.repeat(gap))
      .trimEnd(),
  )
  return lines.join('\n')
}

/** A word that is too long by itself has a line of its own. */
function breakLines(text: string, width: number): string[] {
  if (widthOf(text) <= width) return [text]
  const lines: string[] = []
  for (const word of text.split(/(?<=[ ,])/)) {
    const longer = (lines.at(-1) ?? '') + word
    if (lines.length > 0 && widthOf(longer.trimEnd()) <= width) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines.map((line) => line.trimEnd())
}

function widthOf(text: string): number {
  return Array.from(text).length
}

const colours = { yellow: '33', red: '31', dim: '2', bold: '1' } as const
type Colour = keyof typeof colours

export type Paint = (colour: Colour, text: string) => string

export function createPaint(isColoured: boolean): Paint {
  return (colour, text) => (isColoured ? `\u001b[${colours[colour]}m${text}\u001b[0m` : text)
}
