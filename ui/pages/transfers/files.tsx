/** The files on their way, a row each. */

import { useWide } from '../../parts/use-wide.ts'
import { Progress, Speed } from '../../parts/values.tsx'
import { VirtualList } from '../../parts/virtual-list.tsx'
import { folderName } from '../../state/folder-words.ts'
import { describeTransfer, partOf, type TransferRow } from '../../state/transfer-words.ts'
import { formatBytes } from '../../text/format.ts'
import { t } from '../../text/translate.ts'

/** A name, a bar, and a line of words; two where there is little room. */
const wideRowPx = 92
const narrowRowPx = 112

export function FilesOnTheirWay({
  rows,
  onOpen,
}: {
  readonly rows: readonly TransferRow[]
  readonly onOpen: (row: TransferRow) => void
}) {
  return (
    <VirtualList
      count={rows.length}
      rowHeight={useWide() ? wideRowPx : narrowRowPx}
      label={t('transfers-files-label')}
      keyOf={(at) => `${rows[at]!.folder}/${rows[at]!.path}`}
      row={(at) => <FileRow transfer={rows[at]!} onOpen={() => onOpen(rows[at]!)} />}
    />
  )
}

function FileRow({ transfer, onOpen }: { readonly transfer: TransferRow; readonly onOpen: () => void }) {
  const { path, folderPath, sizeBytes, haveBytes, receivedPerSecond, holders, asked } = transfer
  const left = describeTransfer(transfer)
  const name = folderName(path)
  return (
    <div class="transfer row tone-busy">
      <div class="transfer-head">
        <button type="button" class="transfer-name" onClick={onOpen} title={path}>
          {name}
          <span class="unseen">. {t('transfers-parts-open')}</span>
        </button>
        <Speed direction="down" bytesPerSecond={receivedPerSecond} />
      </div>
      <Progress part={partOf(transfer)} label={t('transfers-progress', { file: name })} />
      <div class="transfer-facts">
        <p>
          <span class="number">
            {t('transfers-have', { have: formatBytes(haveBytes), of: formatBytes(sizeBytes) })}
          </span>
          <span>{t(left.key, left.args)}</span>
        </p>
        <p>
          <span class="transfer-folder">{folderName(folderPath)}</span>
          <span>{t('transfers-holders', { holders })}</span>
          {asked && <span>{t('transfers-asked')}</span>}
        </p>
      </div>
    </div>
  )
}
