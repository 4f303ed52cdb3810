/** The devices that something goes to or comes from, or that still need something. */
import { Icon } from '../../parts/icon.tsx'
import { Speed } from '../../parts/values.tsx'
import { VirtualList } from '../../parts/virtual-list.tsx'
import type { MovingPeer } from '../../state/transfer-words.ts'
import { t } from '../../text/translate.ts'

/** A name, and two lines of words on a narrow screen. */
const rowHeightPx = 88

export function MovingPeers({ peers }: { readonly peers: readonly MovingPeer[] }) {
  return (
    <VirtualList
      count={peers.length}
      rowHeight={rowHeightPx}
      label={t('transfers-peers-label')}
      keyOf={(at) => peers[at]!.id}
      row={(at) => <PeerRow peer={peers[at]!} />}
    />
  )
}

function PeerRow({ peer }: { readonly peer: MovingPeer }) {
  const { name, folders, isRelayed, receivedPerSecond, sentPerSecond, needFiles, needBytes } = peer
  return (
    <div class="row">
      <Icon name="device" />
      <div class="row-text">
        <strong>{name}</strong>
        <span class="about">
          {folders.join(', ')}
          {isRelayed && ` · ${t('overview-via-relay')}`}
        </span>
        <span class="about">
          {needFiles > 0
            ? t('transfers-needs', { files: needFiles, bytes: needBytes })
            : t('overview-peer-has-all')}
        </span>
      </div>
      <div class="transfer-speeds">
        <Speed direction="down" bytesPerSecond={receivedPerSecond} />
        <Speed direction="up" bytesPerSecond={sentPerSecond} />
      </div>
    </div>
  )
}
