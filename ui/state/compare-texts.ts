/** Two texts side by side: which lines only one of them has, and where long stretches are the same. */
import { diffArrays } from 'diff'
import { type ComparedLine, maxLines, toLines } from './text-lines.ts'

export interface ComparedTexts {
  readonly left: readonly ComparedLine[]
  readonly right: readonly ComparedLine[]
  readonly isSame: boolean
  /** Lines that are not shown because there are too many. */
  readonly hidden: number
}

/** Same lines shown around a difference. */
const contextLines = 3
/** Texts with so little in common that finding it takes longer are shown without marks. */
const maxMs = 500

/** Undefined where the texts have too little in common. */
export function compareTexts(left: string, right: string): ComparedTexts | undefined {
  const parts = diffArrays(toLines(left), toLines(right), { timeout: maxMs })
  if (parts === undefined) return undefined
  const rows: (readonly [ComparedLine, ComparedLine])[] = []
  let leftNumber = 1
  let rightNumber = 1
  for (let at = 0; at < parts.length; at += 1) {
    const { value, added, removed } = parts[at]!
    if (!added && !removed) {
      for (const text of value)
        rows.push([
          { kind: 'same', number: leftNumber++, text },
          { kind: 'same', number: rightNumber++, text },
        ])
      continue
    }
    const next = parts[at + 1]
    const gone = removed ? value : []
    const come = added ? value : next?.added ? next.value : []
    if (removed && next?.added) at += 1
    for (let line = 0; line < Math.max(gone.length, come.length); line += 1) {
      const before = gone[line]
      const after = come[line]
      rows.push([
        before === undefined ? { kind: 'beside' } : { kind: 'own', number: leftNumber++, text: before },
        after === undefined ? { kind: 'beside' } : { kind: 'own', number: rightNumber++, text: after },
      ])
    }
  }
  const shown = skipSame(rows)
  return {
    left: shown.slice(0, maxLines).map(([line]) => line),
    right: shown.slice(0, maxLines).map(([, line]) => line),
    isSame: rows.every(([line]) => line.kind === 'same'),
    hidden: Math.max(0, shown.length - maxLines),
  }
}

type Row = readonly [ComparedLine, ComparedLine]

function skipSame(rows: readonly Row[]): readonly Row[] {
  const shown: Row[] = []
  for (let first = 0; first < rows.length; ) {
    const isSame = rows[first]![0].kind === 'same' && rows[first]![1].kind === 'same'
    let end = first + 1
    while (end < rows.length && (rows[end]![0].kind === 'same') === isSame) end += 1
    const run = rows.slice(first, end)
    const head = first === 0 ? 0 : contextLines
    const tail = end === rows.length ? 0 : contextLines
    const lines = run.length - head - tail
    // One line left out would take the room of one line.
    if (!isSame || lines < 2 || run.length === rows.length) shown.push(...run)
    else {
      const skipped = { kind: 'skipped', lines } as const
      shown.push(...run.slice(0, head), [skipped, skipped], ...run.slice(run.length - tail))
    }
    first = end
  }
  return shown
}
