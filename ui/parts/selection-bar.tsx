/** Choosing rows of a long list, and the bar above it with what is to be done to them. */
import { useState } from 'preact/hooks'
import type { FetchedPage } from '../state/paged-list.ts'
import {
  allOf,
  chosenOf,
  isChosen,
  isEverything,
  noneChosen,
  type Selection,
  type Tally,
  tallyOf,
  toggled,
} from '../state/selection.ts'
import { t } from '../text/translate.ts'
import { Button } from './button.tsx'
import type { Paged } from './use-paged.tsx'

export interface Choosing<T> extends Tally {
  readonly selection: Selection
  readonly isAll: boolean
  readonly isChosen: (row: T) => boolean
  readonly toggle: (row: T) => void
  readonly choose: (selection: Selection) => void
  /** What is chosen, also of rows that nobody has scrolled to. */
  readonly things: () => AsyncIterable<T>
}

/** `fetchPage` is for rows that nobody looks at; `total` is how many there are, where that is known before all are fetched. */
export function useChoosing<T>(
  { rows, isComplete }: Paged<T>,
  keyOf: (row: T) => string,
  fetchPage: (after: string | undefined) => Promise<FetchedPage<T>>,
  total?: number,
): Choosing<T> {
  const [selection, choose] = useState(noneChosen)
  return {
    selection,
    ...tallyOf(selection, rows.map(keyOf), isComplete ? rows.length : total),
    isAll: isEverything(selection),
    isChosen: (row) => isChosen(selection, keyOf(row)),
    toggle: (row) => choose(toggled(selection, keyOf(row))),
    choose,
    things: () => chosenOf(selection, rows, keyOf, fetchPage),
  }
}

export function SelectionBar<T>({
  choosing: { isAll, count, choose },
  action,
  onAct,
}: {
  readonly choosing: Choosing<T>
  /** What the button says. */
  readonly action: string
  readonly onAct: () => void
}) {
  return (
    <div class="selection-bar">
      <label class="check">
        <input
          type="checkbox"
          checked={isAll}
          onChange={(event) => choose(event.currentTarget.checked ? allOf : noneChosen)}
        />
        <span>{t('select-all')}</span>
      </label>
      <Button look="primary" icon="restore" disabled={count === 0} onClick={onAct}>
        {action}
      </Button>
    </div>
  )
}
