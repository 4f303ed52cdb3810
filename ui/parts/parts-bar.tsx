/** How full each stretch of a file is, from its beginning to its end. */
import { formatPercent } from '../text/format.ts'

export function PartsBar({
  cells,
  label,
}: {
  /** 0 to 100 each. */
  readonly cells: readonly number[]
  /** Whose part it is. */
  readonly label: string
}) {
  const part = cells.reduce((sum, cell) => sum + cell, 0) / Math.max(1, cells.length * 100)
  return (
    <div class="parts">
      <span class="parts-label">{label}</span>
      <span class="number muted">{formatPercent(part)}</span>
      <svg
        class="parts-bar"
        viewBox={`0 0 ${Math.max(1, cells.length)} 1`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label}: ${formatPercent(part)}`}
      >
        {cells.map((cell, at) => (
          // Neighbours overlap a little: between them no gap may shine through.
          <rect key={at} x={at} width={1.02} height={1} opacity={cell / 100} />
        ))}
      </svg>
    </div>
  )
}
