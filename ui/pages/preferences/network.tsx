/** How other devices reach this one, and whom it asks for them. */
import type { ExplanationBody } from '../../../src/api/schemas/explanation.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Badge } from '../../parts/callout.tsx'
import { Section } from '../../parts/page.tsx'
import { AmountSetting, SwitchSetting } from '../../parts/setting.tsx'
import { ListSetting, TextSetting } from '../../parts/setting-text.tsx'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import type { Tone } from '../../state/folder-words.ts'
import { folders } from '../../state/live.ts'
import { t } from '../../text/translate.ts'

export function NetworkSection() {
  const running = folders.value.find(({ state }) => state !== 'paused')
  return (
    <>
      <Section title={t('network-reach-title')} about={t('network-reach-about')}>
        {running === undefined ? (
          <p class="muted">{t('network-reach-unknown')}</p>
        ) : (
          <Reach folder={running.id} />
        )}
        <TextSetting name="listen" isCode />
        <SwitchSetting name="portMapping" />
      </Section>
      <Section title={t('network-search-title')} about={t('network-search-about')}>
        <ListSetting name="trackers" placeholder="udp://tracker.example:6969" />
        <ListSetting name="relays" placeholder="relay.example:4445" />
        <ListSetting name="dhtBootstrap" placeholder="dht.example:6881" />
        <AmountSetting name="links" kind="count" />
      </Section>
    </>
  )
}

type Reachable = ExplanationBody['reachable']

const tones: Readonly<Record<Reachable['state'], Tone>> = {
  reachable: 'ok',
  likely: 'ok',
  relayed: 'waiting',
  unlikely: 'problem',
  closed: 'paused',
}

/** Every folder is reached in the same way, so any that is not paused tells. */
function Reach({ folder }: { readonly folder: string }) {
  const loading = useLoaded(folder, (signal) =>
    api.get<ExplanationBody>(folderAddress(folder, '/explanation'), {}, signal),
  )
  return (
    <Show loading={loading}>
      {({ reachable: { state, routers } }) => (
        <div class="reach">
          <p>
            <Badge tone={tones[state]}>{t(`reach-${state}`)}</Badge> {t(`reach-about-${state}`)}
          </p>
          {routers.map((router) => (
            <p key={router.at} class="about">
              {t(`router-${router.state}`, { router: router.at })}
            </p>
          ))}
        </div>
      )}
    </Show>
  )
}
