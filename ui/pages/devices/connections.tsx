/** Why devices of a folder are connected or not: every way that was gone with what came of it, and what a person can do. */
import type { ExplanationBody } from '../../../src/api/schemas/explanation.ts'
import type { FolderStatusBody } from '../../../src/api/schemas/status.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { Badge } from '../../parts/callout.tsx'
import { Disclosure } from '../../parts/disclosure.tsx'
import { Section } from '../../parts/page.tsx'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import { useNews } from '../../parts/use-news.ts'
import { When } from '../../parts/values.tsx'
import { adviceFor, connectionsKey, describeRoute, sortRoutes } from '../../state/connection-advice.ts'
import { folderName, type Tone } from '../../state/folder-words.ts'
import { folders } from '../../state/live.ts'
import { formatWait } from '../../text/format.ts'
import { errorText, t } from '../../text/translate.ts'

/** A search tells of hundreds; the others are counted. */
const maxRoutes = 40

const finders = ['lan', 'tracker', 'dht', 'relay'] as const

export function ConnectionsSection() {
  if (folders.value.length === 0) return null
  return (
    <Section title={t('why-title')} about={t('why-about')}>
      <div class="connections">
        {folders.value.map((folder) => (
          <Disclosure
            key={folder.id}
            summary={
              <>
                <strong>
                  <bdi>{folderName(folder.path)}</bdi>
                </strong>{' '}
                <span class="about">{t('peers-online', { peers: folder.peers.length })}</span>
              </>
            }
          >
            <Connections folder={folder} />
          </Disclosure>
        ))}
      </div>
    </Section>
  )
}

export function Connections({ folder }: { readonly folder: FolderStatusBody }) {
  const loading = useLoaded(folder.id, (signal) =>
    api.get<ExplanationBody>(folderAddress(folder.id, '/explanation'), {}, signal),
  )
  useNews(connectionsKey(folder), loading.reload)
  return (
    <Show loading={loading}>
      {(explanation) => (
        <>
          <Advice explanation={explanation} folder={folder} />
          <Ways routes={explanation.routes} />
          <Searches explanation={explanation} />
          <div class="form-actions spread">
            <ButtonLink to={{ page: 'folder', folder: folder.id, tab: 'settings' }} icon="preferences">
              {t('why-settings')}
            </ButtonLink>
            <Button icon="sync" onClick={loading.reload}>
              {t('why-again')}
            </Button>
          </div>
        </>
      )}
    </Show>
  )
}

function Advice({
  explanation,
  folder,
}: {
  readonly explanation: ExplanationBody
  readonly folder: FolderStatusBody
}) {
  const { obstacle } = folder
  const advice = adviceFor(explanation, folder)
  if (obstacle === undefined && advice.length === 0) return null
  return (
    <section class="advice">
      <h3>{t('advice-title')}</h3>
      <ul class="points">
        {obstacle && <li>{errorText(obstacle)}</li>}
        {advice.map(({ key, args }) => (
          <li key={key}>{t(key, args)}</li>
        ))}
      </ul>
    </section>
  )
}

function Ways({ routes }: { readonly routes: ExplanationBody['routes'] }) {
  const sorted = sortRoutes(routes)
  const more = sorted.length - maxRoutes
  return (
    <section>
      <h3>{t('routes-title')}</h3>
      {sorted.length === 0 && <p class="about">{t('routes-none')}</p>}
      <ul class="rows">
        {sorted.slice(0, maxRoutes).map((route) => {
          const { tone, words } = describeRoute(route)
          const { source, target, via, lastResult, tried, state, at } = route
          return (
            <li key={`${source} ${target}`} class="way">
              <div class="way-head">
                <span class="code">{target}</span>
                <Badge tone={tone}>{t(words.key, words.args)}</Badge>
              </div>
              <p class="about">
                {t(`route-source-${source}`)} · {t(`member-via-${via}`)} · <When at={at} />
              </p>
              {lastResult && state !== 'connected' && tried.length <= 1 && <p>{errorText(lastResult)}</p>}
              {state !== 'connected' &&
                tried.length > 1 &&
                tried.map((one) => <p key={one.address}>{errorText(one)}</p>)}
            </li>
          )
        })}
      </ul>
      {more > 0 && <p class="about">{t('routes-more', { routes: more })}</p>}
    </section>
  )
}

const tones: Readonly<Record<ExplanationBody['searches'][number]['state'], Tone>> = {
  working: 'ok',
  waiting: 'waiting',
  failed: 'problem',
}

function Searches({
  explanation: { switches, closed, searches },
}: {
  readonly explanation: ExplanationBody
}) {
  return (
    <section>
      <h3>{t('searches-title')}</h3>
      {closed && <p class="about">{t('searches-closed')}</p>}
      <ul class="rows">
        {finders.map((by) => {
          const isOn = switches.includes(by)
          const asked = searches.filter((search) => search.by === by)
          return (
            <li key={by} class="way">
              <div class="way-head">
                <span>{t(`finder-${by}`)}</span>
                <Badge tone={isOn ? 'ok' : 'paused'}>{t(isOn ? 'finder-on' : 'finder-off')}</Badge>
              </div>
              {isOn && asked.length === 0 && <p class="about">{t('finder-not-asked')}</p>}
              {asked.map((search) => (
                <Asked key={search.at} search={search} />
              ))}
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function Asked({
  search: { at, state, found, why, message, nextInSeconds },
}: {
  readonly search: ExplanationBody['searches'][number]
}) {
  // What has no code are words of a tracker, of the system or of a developer, which are English everywhere.
  const hasOwnWords = why === 'hampered' || (why === undefined && state === 'failed')
  return (
    <div class="asked">
      <p>
        <span class="code">{at}</span>{' '}
        <span class={`tone-${tones[state]} tone-text`}>{t(`asked-${state}`, { found })}</span>
        {why !== undefined && `: ${t(`reason-${why}`)}`}
      </p>
      {nextInSeconds !== undefined && (
        <p class="about">{t('asked-again', { when: formatWait(nextInSeconds) })}</p>
      )}
      {hasOwnWords && (
        <p class="own-words" lang="en">
          {message}
        </p>
      )}
    </div>
  )
}
