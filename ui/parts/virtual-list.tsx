/**
 * A list of any length in the page's own scrolling: only rows in sight are drawn, all of the same height. A kept library for this takes
 * five times the bytes, because it also measures rows, which no list here needs.
 */
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

/** Rows drawn above and below what is in sight, so that scrolling shows no gaps. */
const spareRows = 8
/** Few rows are all drawn: who listens, or looks for a word in the page, finds them wherever it is scrolled. */
const fewRows = 30

interface Window {
  readonly from: number
  readonly to: number
}

export function VirtualList({
  count,
  rowHeight,
  label,
  row,
  keyOf,
  onNearEnd,
  onShow,
}: {
  readonly count: number
  /** Of every row, in px. */
  readonly rowHeight: number
  readonly label: string
  readonly row: (at: number) => ComponentChildren
  readonly keyOf: (at: number) => string
  /** The last rows are in sight: time to fetch more. */
  readonly onNearEnd?: (() => void) | undefined
  /** Hears which rows are drawn. */
  readonly onShow?: ((from: number, to: number) => void) | undefined
}) {
  const list = useRef<HTMLUListElement>(null)
  const [shown, setShown] = useState<Window>({ from: 0, to: fewRows })

  function look(): void {
    if (list.current === null) return
    const { top } = list.current.getBoundingClientRect()
    const next = rowsInSight(-top, innerHeight, rowHeight, count)
    setShown((before) => (before.from === next.from && before.to === next.to ? before : next))
  }

  useLayoutEffect(look, [count, rowHeight])
  useEffect(() => {
    addEventListener('scroll', look, { passive: true })
    addEventListener('resize', look)
    return () => {
      removeEventListener('scroll', look)
      removeEventListener('resize', look)
    }
  }, [count, rowHeight])

  const isNearEnd = shown.to >= count
  useEffect(() => {
    if (isNearEnd) onNearEnd?.()
  }, [isNearEnd, onNearEnd])

  useEffect(() => onShow?.(shown.from, shown.to), [shown, count])

  const rows = []
  for (let at = shown.from; at < Math.min(shown.to, count); at += 1)
    rows.push(
      <li
        key={keyOf(at)}
        aria-setsize={count}
        aria-posinset={at + 1}
        style={{ blockSize: `${rowHeight}px`, transform: `translateY(${at * rowHeight}px)` }}
      >
        {row(at)}
      </li>,
    )
  return (
    <ul ref={list} class="virtual-list" aria-label={label} style={{ blockSize: `${count * rowHeight}px` }}>
      {rows}
    </ul>
  )
}

/** Which rows to draw when `above` px of the list are above the window. */
export function rowsInSight(above: number, windowHeight: number, rowHeight: number, count: number): Window {
  if (count <= fewRows) return { from: 0, to: count }
  const first = Math.floor(above / rowHeight) - spareRows
  const last = Math.ceil((above + windowHeight) / rowHeight) + spareRows
  const to = Math.max(0, Math.min(count, last))
  return { from: Math.max(0, Math.min(first, to)), to }
}
