/** Devices that are connected for a folder, and what each of them still lacks. */
import { useState } from 'preact/hooks'
import type { FolderStatusBody } from '../../../src/api/schemas/status.ts'
import { Icon } from '../../parts/icon.tsx'
import { Section } from '../../parts/page.tsx'
import { Speed } from '../../parts/values.tsx'
import { VirtualList } from '../../parts/virtual-list.tsx'
import { sortPeers } from '../../state/folder-glance.ts'
import { hrefOf } from '../../state/route.ts'
import { t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'

/** A glance takes in no more. */
const fewPeers = 6
const rowHeight = 64

type Peer = FolderStatusBody['peers'][number]

export function Peers({ folder: { peers, state } }: FolderTabProps) {
  const [isOpen, setOpen] = useState(false)
  const sorted = sortPeers(peers)
  const count = isOpen ? sorted.length : Math.min(fewPeers, sorted.length)
  return (
    <Section
      title={t('overview-peers')}
      actions={<a href={hrefOf({ page: 'devices' })}>{t('overview-all-devices')}</a>}
    >
      {peers.length === 0 ? (
        <p class="muted">{t(state === 'paused' ? 'overview-peers-paused' : 'overview-peers-none')}</p>
      ) : (
        <VirtualList
          count={count}
          rowHeight={rowHeight}
          label={t('overview-peers')}
          keyOf={(at) => sorted[at]!.id}
          row={(at) => <PeerRow peer={sorted[at]!} />}
        />
      )}
      {peers.length > fewPeers && (
        <button type="button" class="text-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <Icon name={isOpen ? 'back' : 'down'} />
          {isOpen ? t('overview-peers-fewer') : t('overview-peers-all', { peers: peers.length })}
        </button>
      )}
    </Section>
  )
}

function PeerRow({ peer }: { readonly peer: Peer }) {
  const { name, role, via, needFiles, needBytes, receivedPerSecond, sentPerSecond } = peer
  const lacks = needFiles > 0
  return (
    <div class="row peer">
      <Icon name="device" />
      <div class="row-text">
        <strong title={name}>{name}</strong>
        <span class={lacks ? 'lacks' : 'about'}>
          {lacks
            ? t('overview-peer-lacks', { files: needFiles, bytes: needBytes })
            : t('overview-peer-has-all')}
          {role === 'read-only' && ` · ${t('role-read-only')}`}
          {via === 'relay' && ` · ${t('overview-via-relay')}`}
        </span>
      </div>
      <div class="row-end peer-speeds">
        {receivedPerSecond > 0 && <Speed direction="down" bytesPerSecond={receivedPerSecond} />}
        {sentPerSecond > 0 && <Speed direction="up" bytesPerSecond={sentPerSecond} />}
      </div>
    </div>
  )
}
