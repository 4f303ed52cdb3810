/** The weekly schedule: its entries in words, a week to point at, and the entry that is being written. */
import { useSignal } from '@preact/signals'
import { Button, IconButton } from '../../parts/button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { hoursBetween, readEntry, type ScheduleEntry, writeEntry } from '../../state/schedule.ts'
import { effectText, whenText } from '../../text/schedule-text.ts'
import { t } from '../../text/translate.ts'
import { EntryForm } from './schedule-entry.tsx'
import { type Selection, WeekGrid } from './schedule-grid.tsx'

export interface ScheduleEditorProps {
  /** As the setting has them. */
  readonly texts: readonly string[]
  /** Tells whether they were taken. */
  readonly onChange: (texts: readonly string[]) => Promise<boolean>
}

/** What is being written: a new entry, or the one at a place. */
interface Draft {
  readonly at: number | undefined
  readonly entry: ScheduleEntry
}

/** What most people want the schedule for. */
const workingHours: ScheduleEntry = {
  days: [0, 1, 2, 3, 4],
  fromMinute: 8 * 60,
  toMinute: 18 * 60,
  does: { kind: 'pause' },
}

export function ScheduleEditor({ texts, onChange }: ScheduleEditorProps) {
  const entries = texts.map(readEntry)
  const draft = useSignal<Draft | undefined>(undefined)
  const selection = useSignal<Selection | undefined>(undefined)

  function write(next: Draft | undefined): void {
    draft.value = next
    if (next === undefined) selection.value = undefined
  }

  function select(next: Selection | undefined): void {
    selection.value = next
    if (next === undefined) return
    const before = draft.peek() ?? { at: undefined, entry: workingHours }
    draft.value = { ...before, entry: { ...before.entry, ...hoursBetween(next.from, next.to) } }
  }

  async function save(entry: ScheduleEntry): Promise<void> {
    const at = draft.peek()?.at
    const text = writeEntry(entry)
    if (await onChange(at === undefined ? [...texts, text] : texts.with(at, text))) write(undefined)
  }

  return (
    <div class="schedule">
      {texts.length === 0 ? (
        <p class="muted">{t('schedule-none')}</p>
      ) : (
        <ol class="rows" aria-label={t('schedule-entries')}>
          {texts.map((text, at) => (
            <Entry
              key={text}
              text={text}
              entry={entries[at]}
              onEdit={(entry) => write({ at, entry })}
              onRemove={() => {
                write(undefined)
                onChange(texts.toSpliced(at, 1))
              }}
            />
          ))}
        </ol>
      )}
      <p class="about">{t('schedule-order')}</p>
      <WeekGrid entries={entries} selection={selection.value} onSelect={select} />
      {texts.length > 0 && (
        <p class="week-legend">
          <span class="pause">{t('schedule-kind-pause')}</span>
          <span class="limit">{t('schedule-kind-limit')}</span>
        </p>
      )}
      {draft.value === undefined ? (
        <div>
          <Button icon="plus" onClick={() => write({ at: undefined, entry: workingHours })}>
            {t('schedule-add')}
          </Button>
        </div>
      ) : (
        <EntryForm
          key={draft.value.at ?? 'new'}
          isNew={draft.value.at === undefined}
          entry={draft.value.entry}
          onEdit={(entry) => write({ at: draft.peek()?.at, entry })}
          onSave={save}
          onCancel={() => write(undefined)}
        />
      )}
    </div>
  )
}

function Entry({
  text,
  entry,
  onEdit,
  onRemove,
}: {
  readonly text: string
  /** Undefined where this page does not know what it says. */
  readonly entry: ScheduleEntry | undefined
  readonly onEdit: (entry: ScheduleEntry) => void
  readonly onRemove: () => void
}) {
  const words = entry === undefined ? text : whenText(entry)
  return (
    <li class="row">
      <Icon name={entry?.does.kind === 'pause' ? 'pause' : 'wait'} />
      <div class="row-text schedule-words">
        <strong>{words}</strong>
        {entry && <span class="about">{effectText(entry.does)}</span>}
      </div>
      <div class="row-end">
        {entry && (
          <IconButton icon="edit" label={t('schedule-edit', { when: words })} onClick={() => onEdit(entry)} />
        )}
        <IconButton icon="trash" label={t('schedule-remove', { when: words })} onClick={onRemove} />
      </div>
    </li>
  )
}
