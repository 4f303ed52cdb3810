/**
 * The week as a grid of hours. A tap or Space begins at an hour and ends at another; a mouse may be drawn over them; with Shift the arrow keys
 * do the same.
 */
import { useRef } from 'preact/hooks'
import {
  entryIn,
  hoursBetween,
  type ScheduledLimits,
  type ScheduleEntry,
  stepInWeek,
  type WeekHour,
  weekDays,
} from '../../state/schedule.ts'
import { formatMinuteOfDay, weekdayName } from '../../text/dates.ts'
import { hourText } from '../../text/schedule-text.ts'
import { t } from '../../text/translate.ts'

/** From the hour that was chosen first to the last one. */
export interface Selection {
  readonly from: WeekHour
  readonly to: WeekHour
  /** The next tap ends it. */
  readonly isOpen: boolean
}

const hours = Array.from({ length: 24 }, (_, hour) => hour)

export function WeekGrid({
  entries,
  selection,
  onSelect,
}: {
  readonly entries: readonly (ScheduleEntry | undefined)[]
  readonly selection: Selection | undefined
  readonly onSelect: (selection: Selection | undefined) => void
}) {
  const grid = useRef<HTMLTableElement>(null)
  /** Where a mouse was pressed, until it is let go, and whether it was drawn from there. */
  const pressed = useRef<WeekHour | undefined>(undefined)
  const isDrawn = useRef(false)
  const focused = selection?.to ?? { day: 0, hour: 8 }
  const chosen = selection && hoursBetween(selection.from, selection.to)

  function choose(at: WeekHour, isExtending: boolean): void {
    if (selection !== undefined && (selection.isOpen || isExtending))
      onSelect({ from: selection.from, to: at, isOpen: isExtending })
    else onSelect({ from: at, to: at, isOpen: true })
  }

  function draw(to: WeekHour): void {
    if (pressed.current === undefined) return
    isDrawn.current = true
    onSelect({ from: pressed.current, to, isOpen: false })
  }

  function letGo(): void {
    pressed.current = undefined
  }

  function onKeyDown(event: KeyboardEvent, at: WeekHour): void {
    if (event.key === 'Escape' && selection !== undefined) {
      event.preventDefault()
      return onSelect(undefined)
    }
    if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault()
      return choose(at, event.shiftKey)
    }
    const next = stepInWeek(at, event.key)
    if (next === undefined) return
    event.preventDefault()
    if (event.shiftKey) choose(next, true)
    grid.current?.querySelector<HTMLElement>(`[data-at="${next.day}-${next.hour}"]`)?.focus()
  }

  function cellOf(at: WeekHour): CellProps {
    const { day, hour } = at
    const holding = entryIn(entries, at)
    return {
      at,
      does: holding === undefined ? undefined : entries[holding]?.does,
      isFocused: day === focused.day && hour === focused.hour,
      isChosen:
        chosen?.days.includes(day) === true &&
        chosen.fromMinute <= hour * 60 &&
        chosen.toMinute >= hour * 60 + 60,
      onKeyDown: (event) => onKeyDown(event, at),
      onPress(isMouse) {
        // A finger that is drawn scrolls the page.
        if (isMouse) pressed.current = at
        isDrawn.current = false
      },
      onEnter: () => draw(at),
      onChoose(isExtending) {
        if (!isDrawn.current) choose(at, isExtending)
      },
    }
  }

  return (
    <table
      ref={grid}
      class="week"
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose cells are chosen is a grid.
      role="grid"
      aria-label={t('schedule-grid')}
      aria-multiselectable="true"
      onPointerLeave={letGo}
      onPointerUp={letGo}
    >
      <thead>
        <tr>
          <td />
          {weekDays.map((day) => (
            <th key={day} scope="col">
              {weekdayName(day, 'short')}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {hours.map((hour) => (
          <tr key={hour}>
            <th scope="row">{formatMinuteOfDay(hour * 60)}</th>
            {weekDays.map((day) => (
              <Cell key={day} {...cellOf({ day, hour })} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface CellProps {
  readonly at: WeekHour
  readonly does: ScheduledLimits | undefined
  readonly isChosen: boolean
  /** It is the one that Tab leads to. */
  readonly isFocused: boolean
  readonly onKeyDown: (event: KeyboardEvent) => void
  readonly onPress: (isMouse: boolean) => void
  readonly onEnter: () => void
  readonly onChoose: (isExtending: boolean) => void
}

function Cell({ at, does, isChosen, isFocused, onKeyDown, onPress, onEnter, onChoose }: CellProps) {
  return (
    <td
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose cells are chosen is a grid.
      role="gridcell"
      class={does?.kind ?? 'usual'}
      data-at={`${at.day}-${at.hour}`}
      tabIndex={isFocused ? 0 : -1}
      aria-selected={isChosen}
      aria-label={hourText(at, does)}
      onKeyDown={onKeyDown}
      onPointerDown={({ pointerType }) => onPress(pointerType === 'mouse')}
      onPointerEnter={onEnter}
      onClick={({ shiftKey }) => onChoose(shiftKey)}
    />
  )
}
