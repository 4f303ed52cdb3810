/** The first of the files on their way into a folder. */
import { useComputed } from '@preact/signals'
import { Section } from '../../parts/page.tsx'
import { PathText } from '../../parts/path-text.tsx'
import { Progress, Size, Speed } from '../../parts/values.tsx'
import { transfersSignal } from '../../state/live.ts'
import { hrefOf } from '../../state/route.ts'
import { t } from '../../text/translate.ts'
import type { FolderTabProps } from '../folder-page.tsx'

/** The others are on the page of transfers. */
const fewFiles = 5

export function Arriving({ folder: { id } }: FolderTabProps) {
  const transfers = useComputed(() => transfersSignal(id).value).value
  if (transfers.length === 0) return null
  return (
    <Section
      title={t('overview-arriving')}
      actions={<a href={hrefOf({ page: 'transfers' })}>{t('overview-all-transfers')}</a>}
    >
      <ul class="rows">
        {transfers.slice(0, fewFiles).map(({ path, sizeBytes, haveBytes, receivedPerSecond }) => (
          <li key={path} class="arriving">
            <PathText path={path} />
            <Progress part={sizeBytes === 0 ? 1 : haveBytes / sizeBytes} label={path} />
            <p class="about">
              <Size bytes={haveBytes} /> / <Size bytes={sizeBytes} />
              {receivedPerSecond > 0 && <Speed direction="down" bytesPerSecond={receivedPerSecond} />}
            </p>
          </li>
        ))}
      </ul>
      {transfers.length > fewFiles && (
        <p class="about">{t('overview-more-files', { files: transfers.length - fewFiles })}</p>
      )}
    </Section>
  )
}
