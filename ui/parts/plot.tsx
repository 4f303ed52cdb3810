/**
 * Values over time. What is drawn says nothing to who cannot see it: whoever shows a plot says the same in words and as a table. Loaded when
 * it is needed, because the library is as large as several pages.
 */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'

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
const fontPx = 12
/** Of a digit in a font of that size. */
const digitPx = 7
/** Marks nearer than this would touch. */
const markGapPx = 64
/** Room for the times below. */
const axisPx = 28
const daySeconds = 86_400

export function Plot(props: PlotProps) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(null)
  // The library keeps its functions; they are to see what is shown now.
  const shown = useRef(props)
  shown.current = props
  const { look, lines } = props

  useEffect(() => {
    const place = box.current!
    const made = new uPlot(
      optionsOf(() => shown.current, place.clientWidth),
      dataOf(shown.current),
      place,
    )
    plot.current = made
    const sizes = new ResizeObserver(() => made.setSize({ width: place.clientWidth, height: heightPx }))
    sizes.observe(place)
    const theme = new MutationObserver(() => made.redraw())
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      theme.disconnect()
      sizes.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [look, lines.length])
  useLayoutEffect(() => {
    plot.current?.setData(dataOf(props))
    // Sizes of axes follow their texts, which follow the language.
    plot.current?.redraw(false, true)
  })

  return <div ref={box} class="plot" role="img" aria-label={props.label} />
}

function dataOf({ times, lines }: PlotProps): uPlot.AlignedData {
  return [[...times], ...lines.map(({ values }) => [...values])]
}

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}

function optionsOf(shown: () => PlotProps, width: number): uPlot.Options {
  const { lines, look } = shown()
  const bars = uPlot.paths.bars!
  const axis = {
    stroke: () => token('muted'),
    font: `${fontPx}px ${token('font')}`,
    ticks: { show: false },
  }
  const grid = { stroke: () => token('line'), width: 1 }
  return {
    width,
    height: heightPx,
    // To the right as much as the last time on the axis needs.
    padding: [8, null, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    hooks: {
      setCursor: [({ cursor }) => shown().onPoint(cursor.idx ?? undefined)],
    },
    scales: {
      x: {
        range: (_, from, to) => (look === 'bars' ? [from - daySeconds / 2, to + daySeconds / 2] : [from, to]),
      },
      y: { range: (_, __, most) => [0, Math.max(shown().least, (most ?? 0) * 1.1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: axisPx,
        space: markGapPx,
        values: (_, marks, __, ___, step) => marks.map((mark) => shown().timeText(mark, step)),
      },
      {
        ...axis,
        grid,
        gap: 8,
        values: (_, marks) => marks.map((mark) => shown().valueText(mark)),
        size: (_, texts) => Math.max(0, ...(texts ?? []).map(({ length }) => length)) * digitPx + 12,
      },
    ],
    series: [
      {},
      ...lines.map(({ colour, isDashed }, at) => ({
        stroke: () => token(colour),
        fill: () => `${token(colour)}${look === 'bars' ? (isDashed ? '66' : 'd9') : '22'}`,
        width: 2,
        points: { show: false },
        ...(look === 'bars'
          ? { width: 1, paths: bars({ size: [0.36, 14], align: at === 0 ? -1 : 1, radius: 0.2 }) }
          : isDashed
            ? { dash: [5, 4] }
            : {}),
      })),
    ],
  }
}
