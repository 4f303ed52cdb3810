/** Who has which part of a file. Fetched anew while the file grows. */
import { useComputed } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Parts } from '../../../src/api/schemas/transfers.ts'
import { api, folderAddress } from '../../api/request.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { PartsBar } from '../../parts/parts-bar.tsx'
import { Show, useLoaded } from '../../parts/use-loaded.tsx'
import { folderName } from '../../state/folder-words.ts'
import { transfersSignal } from '../../state/live.ts'
import { t } from '../../text/translate.ts'

/** Often enough to see it grow; each answer is made from all links of the folder. */
const refetchMs = 2000

export function PartsDialog({
  folder,
  path,
  onClose,
}: {
  readonly folder: string
  readonly path: string
  readonly onClose: () => void
}) {
  const loading = useLoaded(`${folder}/${path}`, (signal) =>
    api.get<Parts>(folderAddress(folder, '/transfers/parts'), { path }, signal),
  )
  const haveBytes = useComputed(
    () => transfersSignal(folder).value.find((transfer) => transfer.path === path)?.haveBytes,
  )
  const isUnderWay = haveBytes.value !== undefined
  const { reload } = loading
  useEffect(() => {
    if (!isUnderWay) return
    let before = haveBytes.peek()
    const timer = setInterval(() => {
      if (document.hidden || haveBytes.peek() === before) return
      before = haveBytes.peek()
      reload()
    }, refetchMs)
    return () => clearInterval(timer)
  }, [isUnderWay, folder, path])
  return (
    <Dialog title={folderName(path)} onClose={onClose}>
      <p class="path">{path}</p>
      {isUnderWay ? (
        <Show loading={loading}>{(parts) => <WhoHasWhat parts={parts} />}</Show>
      ) : (
        <p>{t('transfers-parts-over')}</p>
      )}
    </Dialog>
  )
}

function WhoHasWhat({ parts: { here, peers } }: { readonly parts: Parts }) {
  return (
    <div class="parts-list">
      <PartsBar cells={here} label={t('transfers-parts-here')} />
      {peers.map(({ id, name, cells }) => (
        <PartsBar key={id} cells={cells} label={name} />
      ))}
      {peers.length === 0 && <p class="about">{t('transfers-parts-nobody')}</p>}
      <p class="about">{t('transfers-parts-about')}</p>
    </div>
  )
}
