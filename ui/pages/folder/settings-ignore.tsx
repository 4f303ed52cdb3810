/** What of a folder is not synced: the patterns, and what they would do while they are being written. */
import { useEffect, useId, useMemo, useState } from 'preact/hooks'
import type { Ignore, IgnorePreview } from '../../../src/api/schemas/files.ts'
import { toApiError } from '../../api/api-error.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { TextArea } from '../../parts/field.tsx'
import { Icon, type IconName } from '../../parts/icon.tsx'
import { Section } from '../../parts/page.tsx'
import { PathText } from '../../parts/path-text.tsx'
import { useAction } from '../../parts/use-action.ts'
import { type Loaded, Show, useLoaded } from '../../parts/use-loaded.tsx'
import { addPattern, commonPatterns, hasPattern, removePattern } from '../../state/ignore-lines.ts'
import { createLatest } from '../../state/latest.ts'
import { showToast } from '../../state/toasts.ts'
import { errorText, t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'

/** Long enough that nobody is answered in the middle of a pattern. */
const quietMs = 500

export function IgnoreSection({ folder: { id } }: FolderTabProps) {
  const loading = useLoaded(id, (signal) => api.get<Ignore>(folderAddress(id, '/ignore'), {}, signal))
  return (
    <Section title={t('ignore-title')} about={t('ignore-about')}>
      <Show loading={loading}>{({ text }) => <Editor id={id} held={text} onSaved={loading.reload} />}</Show>
    </Section>
  )
}

function Editor({
  id,
  held,
  onSaved,
}: {
  readonly id: string
  readonly held: string
  readonly onSaved: () => void
}) {
  const [text, setText] = useState(held)
  const [preview, ask] = usePreview(id)
  const { run, isBusy, fault } = useAction(async () => {
    await api.put<Ignore>(folderAddress(id, '/ignore'), { text })
    showToast('ok', t('ignore-saved'))
    onSaved()
  })

  function edit(next: string): void {
    setText(next)
    ask(next)
  }

  return (
    <>
      <Common text={text} onChange={edit} />
      <div class="ignore-editor">
        <div>
          <TextArea
            label={t('ignore-patterns')}
            about={t('ignore-patterns-about')}
            rows={14}
            value={text}
            onInput={edit}
            fault={fault}
          />
          {text !== held && (
            <div class="form-actions">
              <span class="muted">{t('ignore-unsaved')}</span>
              <Button onClick={() => edit(held)}>{t('ignore-revert')}</Button>
              <Button look="primary" icon="check" isBusy={isBusy} onClick={run}>
                {t('ignore-save')}
              </Button>
            </div>
          )}
        </div>
        <div>
          {preview === undefined ? (
            <Button icon="eye" onClick={() => ask(text)}>
              {t('ignore-show')}
            </Button>
          ) : (
            <Preview loaded={preview} isChanged={text !== held} />
          )}
          <Syntax />
        </div>
      </div>
    </>
  )
}

/** Undefined before anything was asked. What was answered last stays in sight while the next answer is on its way. */
function usePreview(id: string): [Loaded<IgnorePreview> | undefined, (text: string) => void] {
  const [preview, setPreview] = useState<Loaded<IgnorePreview> | undefined>(undefined)
  const latest = useMemo(
    () =>
      createLatest(
        quietMs,
        (text: string) => api.post<IgnorePreview>(folderAddress(id, '/ignore/preview'), { text }),
        (settled) =>
          setPreview(
            settled.status === 'fulfilled'
              ? { state: 'ready', value: settled.value }
              : { state: 'failed', error: toApiError(settled.reason) },
          ),
      ),
    [id],
  )
  useEffect(() => () => latest[Symbol.dispose](), [latest])
  function ask(text: string): void {
    setPreview((before) => before ?? { state: 'loading' })
    latest.ask(text)
  }
  return [preview, ask]
}

function Common({ text, onChange }: { readonly text: string; readonly onChange: (text: string) => void }) {
  const labelId = useId()
  return (
    <div class="common-patterns">
      <p id={labelId}>{t('ignore-common')}</p>
      <ul aria-labelledby={labelId}>
        {commonPatterns.map((pattern) => {
          const isThere = hasPattern(text, pattern)
          return (
            <li key={pattern}>
              <button
                type="button"
                class="chip"
                aria-pressed={isThere}
                onClick={() => onChange((isThere ? removePattern : addPattern)(text, pattern))}
              >
                <Icon name={isThere ? 'check' : 'plus'} />
                <code>{pattern}</code>
              </button>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

const syntax = [
  ['*.tmp', 'name'],
  ['cache/', 'directory'],
  ['/private/', 'top'],
  ['**/raw/*.tif', 'deep'],
  ['!keep.tmp', 'not'],
  ['#', 'comment'],
] as const

function Syntax() {
  return (
    <details class="syntax">
      <summary>{t('ignore-syntax')}</summary>
      <dl>
        {syntax.map(([pattern, name]) => (
          <div key={name}>
            <dt>
              <code>{pattern}</code>
            </dt>
            <dd>{t(`ignore-syntax-${name}`)}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

function Preview({
  loaded,
  isChanged,
}: {
  readonly loaded: Loaded<IgnorePreview>
  readonly isChanged: boolean
}) {
  return (
    <div class="ignore-preview" role="status">
      {loaded.state === 'loading' && <p class="muted">{t('ignore-looking')}</p>}
      {loaded.state === 'failed' && <p class="fault">{errorText(loaded.error)}</p>}
      {loaded.state === 'ready' && <Outcome preview={loaded.value} isChanged={isChanged} />}
    </div>
  )
}

function Outcome({
  preview: { ignored, newlyIgnored, newlySynced, partial },
  isChanged,
}: {
  readonly preview: IgnorePreview
  readonly isChanged: boolean
}) {
  return (
    <>
      <Matched name="ignored" icon="eye-off" matched={ignored} />
      {newlyIgnored.files > 0 && <Matched name="newly-ignored" icon="pause" matched={newlyIgnored} />}
      {newlySynced.files > 0 && <Matched name="newly-synced" icon="sync" matched={newlySynced} />}
      {isChanged && newlyIgnored.files + newlySynced.files === 0 && (
        <p class="muted">{t('ignore-nothing-changes')}</p>
      )}
      {partial && <p class="about">{t('ignore-partial')}</p>}
    </>
  )
}

/** As many examples as show what a pattern is about. */
const fewExamples = 5

function Matched({
  name,
  icon,
  matched: { files, bytes, examples },
}: {
  readonly name: 'ignored' | 'newly-ignored' | 'newly-synced'
  readonly icon: IconName
  readonly matched: IgnorePreview['ignored']
}) {
  const [isOpen, setOpen] = useState(false)
  const shown = isOpen ? examples : examples.slice(0, fewExamples)
  return (
    <div class={`matched ${name}`}>
      <h3>
        <Icon name={icon} />
        <span>{t(`ignore-${name}`, { files, bytes })}</span>
      </h3>
      <p class="about">{t(`ignore-${name}-about`)}</p>
      {shown.length > 0 && (
        <ul>
          {shown.map((path) => (
            <li key={path}>
              <PathText path={path} />
            </li>
          ))}
        </ul>
      )}
      {examples.length > fewExamples && !isOpen && (
        <button type="button" class="text-button" onClick={() => setOpen(true)}>
          {t('ignore-more-examples', { examples: examples.length })}
        </button>
      )}
    </div>
  )
}
