/**
 * Values over time, drawn with SVG. What is drawn says nothing to who cannot see it: whoever shows a plot says the same in words and as a
 * table.
 */
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { marksOfTime, marksUpTo, pathOf, stretchesOf } from '../state/plot-shapes.ts'

export interface PlotLine {
  /** Name of the token with its colour. */
  readonly colour: string
  /** A colour never stands alone. */
  readonly isDashed: boolean
  readonly values: readonly (number | null)[]
}

export interface PlotProps {
  /** A sentence for who listens. */
  readonly label: string
  /** Seconds since 1970. */
  readonly times: readonly number[]
  readonly lines: readonly PlotLine[]
  readonly look: 'lines' | 'bars'
  /** The axis reaches at least so far, so that next to nothing looks like it. */
  readonly least: number
  readonly valueText: (value: number) => string
  /** `stepSeconds` lie between two marks. */
  readonly timeText: (seconds: number, stepSeconds: number) => string
  /** Hears which step is pointed at. */
  readonly onPoint: (at: number | undefined) => void
}

const heightPx = 200
/** Room for the times below, and above the highest value. */
const belowPx = 28
const abovePx = 8
/** Of a digit in the font of the marks. */
const digitPx = 7
/** Times nearer than this would touch. */
const markGapPx = 72

export function Plot({ label, times, lines, look, least, valueText, timeText, onPoint }: PlotProps) {
  const box = useRef<SVGSVGElement>(null)
  const [width, setWidth] = useState(600)
  const [pointed, setPointed] = useState<number>()
  useLayoutEffect(() => {
    const sizes = new ResizeObserver(([entry]) => setWidth(entry!.contentRect.width))
    sizes.observe(box.current!)
    return () => sizes.disconnect()
  }, [])

  const most = Math.max(least, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)))
  const values = marksUpTo(most)
  const top = Math.max(most, values.at(-1)!)
  const leftPx = Math.max(...values.map((value) => valueText(value).length)) * digitPx + 12
  const innerPx = Math.max(1, width - leftPx)
  // A bar stands around its time, and needs as much room on both sides.
  const stepPx = innerPx / (look === 'bars' ? times.length : Math.max(1, times.length - 1))
  const x = (at: number) => leftPx + (look === 'bars' ? at + 0.5 : at) * stepPx
  const y = (value: number) => abovePx + (1 - value / top) * (heightPx - abovePx - belowPx)
  const { marks, stepSeconds } = marksOfTime(times, Math.floor(innerPx / markGapPx))

  function point(at: number | undefined): void {
    setPointed(at)
    onPoint(at)
  }

  function pointAt({ clientX }: PointerEvent): void {
    const px = clientX - box.current!.getBoundingClientRect().left - leftPx
    const at = look === 'bars' ? Math.floor(px / stepPx) : Math.round(px / stepPx)
    point(at >= 0 && at < times.length ? at : undefined)
  }

  return (
    <svg
      ref={box}
      class="plot"
      role="img"
      aria-label={label}
      height={heightPx}
      onPointerMove={pointAt}
      onPointerLeave={() => point(undefined)}
    >
      {values.map((value) => (
        <g key={value}>
          <line class="plot-grid" x1={leftPx} x2={width} y1={y(value)} y2={y(value)} />
          <text x={leftPx - 8} y={y(value)} dy="0.35em" text-anchor="end">
            {valueText(value)}
          </text>
        </g>
      ))}
      {marks.map((at) => (
        <text
          key={at}
          x={x(at)}
          y={heightPx - 8}
          text-anchor={x(at) > width - markGapPx / 2 ? 'end' : 'middle'}
        >
          {timeText(times[at]!, stepSeconds)}
        </text>
      ))}
      {pointed !== undefined && (
        <line class="plot-cursor" x1={x(pointed)} x2={x(pointed)} y1={abovePx} y2={heightPx - belowPx} />
      )}
      {lines.map(({ colour, isDashed, values: drawn }, place) =>
        look === 'bars' ? (
          <Bars key={colour} {...{ colour, isDashed, place, stepPx }} values={drawn} x={x} y={y} />
        ) : (
          stretchesOf(drawn).map(([from, to]) => (
            <g key={`${colour} ${from}`} stroke={`var(--${colour})`} fill={`var(--${colour})`}>
              <path
                class="plot-area"
                d={`${pathOf(drawn, from, to, x, y)}L${x(to)} ${y(0)}L${x(from)} ${y(0)}Z`}
              />
              <path class={isDashed ? 'plot-line dashed' : 'plot-line'} d={pathOf(drawn, from, to, x, y)} />
            </g>
          ))
        ),
      )}
    </svg>
  )
}

/** The widest a bar gets. */
const maxBarPx = 14

function Bars({
  colour,
  isDashed,
  place,
  stepPx,
  values,
  x,
  y,
}: PlotLine & {
  readonly place: number
  readonly stepPx: number
  readonly x: (at: number) => number
  readonly y: (value: number) => number
}) {
  const barPx = Math.min(maxBarPx, stepPx * 0.36)
  return (
    <g fill={`var(--${colour})`} class={isDashed ? 'plot-bars dashed' : 'plot-bars'}>
      {values.map(
        (value, at) =>
          value !== null &&
          value > 0 && (
            <rect
              key={at}
              x={x(at) + (place - 1) * barPx}
              y={y(value)}
              width={barPx}
              height={y(0) - y(value)}
              rx={2}
            />
          ),
      )}
    </g>
  )
}
