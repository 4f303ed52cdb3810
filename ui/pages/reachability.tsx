/** Whether devices outside the local network can connect, and what routers said, as the pages of devices and of the network both show it. */
import type { ExplanationBody } from '../../src/api/schemas/explanation.ts'
import { api, folderAddress } from '../api/request.ts'
import { Badge } from '../parts/callout.tsx'
import { Show, useLoaded } from '../parts/use-loaded.tsx'
import type { Tone } from '../state/folder-words.ts'
import { folders } from '../state/live.ts'
import { t } from '../text/translate.ts'

const tones: Readonly<Record<ExplanationBody['reachable']['state'], Tone>> = {
  reachable: 'ok',
  likely: 'ok',
  relayed: 'waiting',
  unlikely: 'waiting',
  closed: 'problem',
}

/** Every folder is reached in the same way, so any that is not paused tells. */
export function Reachability() {
  const running = folders.value.find(({ state }) => state !== 'paused')
  return running === undefined ? (
    <p class="muted">{t('network-reach-unknown')}</p>
  ) : (
    <Reach folder={running.id} />
  )
}

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
