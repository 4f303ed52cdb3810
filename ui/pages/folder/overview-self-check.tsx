/** Whether what lies on the disk is as it should be: the scrub, and on request why the folder is not in sync. */

import { useSignal } from '@preact/signals'
import type { CheckBody, ScrubBody } from '../../../src/api/schemas/self-check.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Button } from '../../parts/button.tsx'
import { Callout } from '../../parts/callout.tsx'
import { Section } from '../../parts/page.tsx'
import { PathText } from '../../parts/path-text.tsx'
import { useAction } from '../../parts/use-action.ts'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import { useNews } from '../../parts/use-news.ts'
import { Progress, When } from '../../parts/values.tsx'
import { folderSign } from '../../state/folder-sign.ts'
import { now } from '../../state/now.ts'
import { formatSpeed } from '../../text/format.ts'
import { errorText, t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'

export function SelfCheck({ folder }: FolderTabProps) {
  const address = folderAddress(folder.id, '/scrub')
  const loading = useLoaded(folder.id, (signal) => api.get<ScrubBody>(address, {}, signal))
  const found = useSignal<CheckBody | undefined>(undefined)
  const isRunning = loading.loaded.state === 'ready' && loading.loaded.value.running !== undefined
  useNews(`${folderSign(folder)} ${isRunning ? now.value : ''}`, loading.reload)
  const scrub = useAction(async () => {
    await (isRunning ? api.remove(address) : api.post(address))
    loading.reload()
  })
  const check = useAction(async () => {
    found.value = await api.post<CheckBody>(folderAddress(folder.id, '/check'))
  })
  return (
    <Section title={t('check-title')} about={t('check-about')}>
      <Show loading={loading}>{(body) => <Scrub body={body} />}</Show>
      <div class="page-actions">
        <Button onClick={scrub.run} isBusy={scrub.isBusy}>
          {t(isRunning ? 'scrub-stop' : 'scrub-start')}
        </Button>
        <Button onClick={check.run} isBusy={check.isBusy}>
          {t('check-now')}
        </Button>
      </div>
      {[scrub.fault, check.fault].map((fault) => fault && <Callout tone="problem">{fault}</Callout>)}
      <div role="status">{found.value && <Found check={found.value} />}</div>
    </Section>
  )
}

function Scrub({ body: { running, last, next, filesHere, rate } }: { readonly body: ScrubBody }) {
  if (running !== undefined)
    return (
      <>
        <Progress
          part={filesHere === 0 ? 1 : Math.min(1, running.files / filesHere)}
          label={t('scrub-progress')}
        />
        <p class="about">
          {t('scrub-running', { files: running.files, damaged: running.damaged })}
          {rate > 0 && ` ${t('scrub-rate', { speed: formatSpeed(rate) })}`}
        </p>
      </>
    )
  return (
    <p>
      {last === undefined ? (
        t('scrub-none')
      ) : (
        <>
          {t(`scrub-${last.end}`, { files: last.files, damaged: last.damaged })} <When at={last.ended} />.
        </>
      )}{' '}
      {next !== undefined && (
        <span class="about">
          {t('scrub-next')} <When at={next} />
        </span>
      )}
    </p>
  )
}

function Found({ check }: { readonly check: CheckBody }) {
  const { gaps, unnamed, lackingPeers, peers, ignored, localChanges, halt, databaseFaults } = check
  const isSound = databaseFaults.length === 0
  const isInSync = halt === undefined && gaps.length + unnamed + lackingPeers.length === 0
  return (
    <>
      <Callout tone={isSound ? 'ok' : 'problem'}>{t(isSound ? 'check-sound' : 'check-unsound')}</Callout>
      {halt !== undefined && <p>{errorText(halt)}</p>}
      {isInSync && <p>{t(peers === 0 ? 'check-alone' : 'check-in-sync')}</p>}
      <ul class="rows">
        {gaps.map(({ path, kind, problem }) => (
          <li class="row" key={path}>
            <div class="event-text">
              <PathText path={path} />
              <span class="about">{problem === undefined ? t(`check-${kind}`) : errorText(problem)}</span>
            </div>
          </li>
        ))}
        {lackingPeers.map(({ id, name, needFiles: files, needBytes: bytes }) => (
          <li class="row" key={id}>
            <span>
              <bdi>{name}</bdi> {t('overview-peer-lacks', { files, bytes })}
            </span>
          </li>
        ))}
      </ul>
      {unnamed > 0 && <p>{t('overview-more-files', { files: unnamed })}</p>}
      {localChanges > 0 && <p>{t('overview-local-changes', { files: localChanges })}</p>}
      {ignored > 0 && <p>{t('check-ignored', { files: ignored })}</p>}
    </>
  )
}
