/** Who has which part of a file, over the page of transfers. */
import { useComputed } from '@preact/signals'
import { Dialog } from '../../parts/dialog.tsx'
import { folderName } from '../../state/folder-words.ts'
import { transfersSignal } from '../../state/live.ts'
import { t } from '../../text/translate.ts'
import { FileParts } from '../file-parts.tsx'

export function PartsDialog({
  folder,
  path,
  onClose,
}: {
  readonly folder: string
  readonly path: string
  readonly onClose: () => void
}) {
  const isUnderWay = useComputed(() =>
    transfersSignal(folder).value.some((transfer) => transfer.path === path),
  ).value
  return (
    <Dialog title={folderName(path)} onClose={onClose}>
      <p class="path">{path}</p>
      {isUnderWay ? <FileParts folder={folder} path={path} /> : <p>{t('transfers-parts-over')}</p>}
      <p class="about">{t('transfers-parts-about')}</p>
    </Dialog>
  )
}
