/** What is on its way right now: how fast, which files, with which devices, and how it was before. */
import { useComputed, useSignal } from '@preact/signals'
import { EmptyState, Facts, PageHeader, Section } from '../parts/page.tsx'
import { Size, Speed } from '../parts/values.tsx'
import { stillToCome } from '../state/folder-words.ts'
import { folders, snapshot, traffic, transfersSignal } from '../state/live.ts'
import { hrefOf } from '../state/route.ts'
import { describeLeft, movingPeers, transferRows } from '../state/transfer-words.ts'
import { formatBytes } from '../text/format.ts'
import { t } from '../text/translate.ts'
import { LimitsNow } from './limits-now.tsx'
import { FilesOnTheirWay } from './transfers/files.tsx'
import { PartsDialog } from './transfers/parts-dialog.tsx'
import { MovingPeers } from './transfers/peers.tsx'
import { SpeedSection } from './transfers/speed.tsx'

export function TransfersPage() {
  const rows = useComputed(() => transferRows(snapshot.value))
  const peers = useComputed(() => movingPeers(folders.value))
  const opened = useSignal<{ readonly folder: string; readonly path: string } | undefined>(undefined)
  if (snapshot.value === undefined)
    return (
      <>
        <PageHeader title={t('nav-transfers')} />
        <p class="loading">{t('loading')}</p>
      </>
    )
  const needsMore = folders.value.some(({ needFiles }) => needFiles > 0)
  const isEmpty = rows.value.length === 0 && peers.value.length === 0
  return (
    <>
      <PageHeader title={t('nav-transfers')} />
      <Totals />
      {isEmpty && (
        <div class="card transfers-empty">
          <EmptyState icon="transfers" title={t('transfers-empty-title')}>
            {t(needsMore ? 'transfers-empty-waiting' : 'transfers-empty-about')}
          </EmptyState>
        </div>
      )}
      {rows.value.length > 0 && (
        <Section title={t('transfers-files', { files: rows.value.length })}>
          <FilesOnTheirWay
            rows={rows.value}
            onOpen={(row) => {
              opened.value = row
            }}
          />
        </Section>
      )}
      {peers.value.length > 0 && (
        <Section title={t('transfers-peers', { peers: peers.value.length })}>
          <MovingPeers peers={peers.value} />
        </Section>
      )}
      <SpeedSection />
      {opened.value && (
        <PartsDialog
          {...opened.value}
          onClose={() => {
            opened.value = undefined
          }}
        />
      )}
    </>
  )
}

/** All folders together, and what keeps them slower than they could be. */
function Totals() {
  const now = traffic.value
  if (now === undefined) return null
  const needBytes = folders.value.reduce(
    (sum, folder) => sum + stillToCome(folder, transfersSignal(folder.id).value),
    0,
  )
  const left = describeLeft(needBytes, now.receivedPerSecond)
  return (
    <section class="section card totals" aria-label={t('transfers-totals')}>
      <Facts
        facts={[
          [t('folders-speed-down'), <Speed direction="down" bytesPerSecond={now.receivedPerSecond} />],
          [t('folders-speed-up'), <Speed direction="up" bytesPerSecond={now.sentPerSecond} />],
          [
            t('transfers-left'),
            needBytes > 0 ? (
              <>
                <Size bytes={needBytes} />, {t(left.key, left.args)}
              </>
            ) : (
              t('transfers-left-nothing')
            ),
          ],
          [
            t('folders-since-start'),
            <>
              <span class="number">↓ {formatBytes(now.received)}</span>{' '}
              <span class="number">↑ {formatBytes(now.sent)}</span>
            </>,
          ],
        ]}
      />
      <p class="about">
        <LimitsNow /> <a href={hrefOf({ page: 'preferences', section: 'limits' })}>{t('limits-change')}</a>
      </p>
    </section>
  )
}
