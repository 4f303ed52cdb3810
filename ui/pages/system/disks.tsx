/** The disks of an appliance: how each is, what is on it, and what can be done with it. */
import { useState } from 'preact/hooks'
import type { DiskBody, DiskDone } from '../../../src/api/schemas/disks.ts'
import { api } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { Badge, Callout } from '../../parts/callout.tsx'
import { ConfirmDialog } from '../../parts/dialog.tsx'
import { TextField } from '../../parts/field.tsx'
import { Icon, type IconName } from '../../parts/icon.tsx'
import { EmptyState, Facts } from '../../parts/page.tsx'
import { doAndTell } from '../../parts/use-action.ts'
import { Progress } from '../../parts/values.tsx'
import {
  aboutOf,
  type Deed,
  deedsFor,
  diskTitle,
  fullPart,
  limitOf,
  stateOf,
  textToErase,
  titleAmong,
} from '../../state/disk-words.ts'
import { folders, snapshot } from '../../state/live.ts'
import { hrefOf } from '../../state/route.ts'
import { showToast } from '../../state/toasts.ts'
import { formatBytes } from '../../text/format.ts'
import { errorText, t } from '../../text/translate.ts'

const icons: Readonly<Record<Deed, IconName>> = {
  ...{ eject: 'eject', attach: 'play', repair: 'restore', prepare: 'plus', erase: 'trash' },
}
/** Done at once: they change nothing that could be lost. */
const harmless: ReadonlySet<Deed> = new Set(['eject', 'attach'])

export function DisksSection() {
  const disks = snapshot.value?.disks ?? []
  if (disks.length === 0)
    return (
      <EmptyState icon="disk" title={t('disks-none')}>
        {t('disks-none-about')}
      </EmptyState>
    )
  return disks.map((disk) => <Disk key={disk.device} disk={disk} title={titleAmong(disk, disks)} />)
}

function Disk({ disk, title }: { readonly disk: DiskBody; readonly title: string }) {
  const [asked, setAsked] = useState<Deed | undefined>(undefined)
  const { tone, key } = stateOf(disk)
  const { model, sizeBytes, problem, doing, progress } = disk
  const limit = limitOf(disk)
  const isBusy = doing !== undefined || disk.state === 'checking'
  return (
    <section class="section card" aria-label={title}>
      <header>
        <div class="this-device-name">
          <span class={`device-icon tone-${tone}`}>
            <Icon name="disk" />
          </span>
          <div>
            <h2>{title}</h2>
            <p class="about">
              {model} · {formatBytes(sizeBytes)}
            </p>
          </div>
        </div>
        <Badge tone={tone}>{t(key)}</Badge>
      </header>
      <p>{t(aboutOf(disk))}</p>
      {isBusy && progress !== undefined && <Progress part={progress} label={t(key)} />}
      {problem && !isBusy && <Callout tone="problem">{errorText(problem)}</Callout>}
      {disk.state === 'attached' && <Content disk={disk} />}
      {limit && disk.state === 'attached' && <p class="about">{t(`disk-limit-${limit}`)}</p>}
      <div class="page-actions">
        {deedsFor(disk).map((deed) => (
          <Button
            key={deed}
            icon={icons[deed]}
            onClick={() => (harmless.has(deed) ? doAndTell(() => ask(disk, deed)) : setAsked(deed))}
          >
            {t(`disk-${deed}`)}
          </Button>
        ))}
      </div>
      {asked && <Question deed={asked} disk={disk} onClose={() => setAsked(undefined)} />}
    </section>
  )
}

function Content({ disk }: { readonly disk: DiskBody }) {
  const full = fullPart(disk)
  const on = folders.value.filter(({ id }) => disk.folders.includes(id))
  return (
    <>
      {full !== undefined && (
        <>
          <Progress part={full} label={t('disk-full')} />
          <p class="about">{t('free-of', { free: disk.freeBytes ?? 0, total: disk.totalBytes ?? 0 })}</p>
        </>
      )}
      <Facts
        facts={[
          [
            t('nav-folders'),
            on.length === 0 ? (
              t('disk-no-folders')
            ) : (
              <span class="on-disk">
                {on.map(({ id, path }) => (
                  <a
                    key={id}
                    class="quiet-link"
                    href={hrefOf({ page: 'folder', folder: id, tab: 'overview' })}
                  >
                    <Icon name="folder" />
                    {path.split('/').at(-1)}
                  </a>
                ))}
              </span>
            ),
          ],
          [t('disk-file-system'), disk.fileSystem?.kind],
        ]}
      />
    </>
  )
}

async function ask(
  { device, serial, sizeBytes, sequence }: DiskBody,
  deed: Deed,
  typed?: string,
): Promise<void> {
  const shown = { sizeBytes, sequence, ...(serial === undefined ? {} : { serial }) }
  const body = deed === 'erase' ? { ...shown, typed } : deed === 'prepare' ? shown : undefined
  const { finished } = await api.post<DiskDone>(`/api/disks/${device}/${deed}`, body)
  if (!finished) showToast('ok', t('system-under-way'))
}

function Question({
  deed,
  disk,
  onClose,
}: {
  readonly deed: Deed
  readonly disk: DiskBody
  readonly onClose: () => void
}) {
  const [typed, setTyped] = useState('')
  const wanted = textToErase(disk)
  const isErase = deed === 'erase'
  return (
    <ConfirmDialog
      title={t(`disk-${deed}`)}
      action={t(`disk-${deed}`)}
      isDanger={isErase}
      isReady={!isErase || typed.trim() === wanted.typed}
      onConfirm={() => ask(disk, deed, typed.trim())}
      onClose={onClose}
    >
      <p>{t(`disk-${deed}-ask`)}</p>
      <Facts
        facts={[
          [t('disk-model'), disk.model],
          [t('disk-size'), formatBytes(disk.sizeBytes)],
          [
            t(disk.eraseBy === 'serial' ? 'disk-serial' : 'disk-bytes'),
            <span class="code">{wanted.whole}</span>,
          ],
          [
            t('disk-content'),
            disk.fileSystem === undefined
              ? t(`disk-state-${disk.state}`)
              : [diskTitle(disk), disk.fileSystem.kind].join(', '),
          ],
        ]}
      />
      {isErase && (
        <TextField
          label={t(disk.eraseBy === 'serial' ? 'disk-type-serial' : 'disk-type-size')}
          value={typed}
          onInput={setTyped}
          autocomplete="off"
          isCode
        />
      )}
    </ConfirmDialog>
  )
}
