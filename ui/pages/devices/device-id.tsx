/** What tells a device from others that have the same name. */
import { CopyButton } from '../../parts/copy.tsx'
import { t } from '../../text/translate.ts'

export function DeviceId({ id }: { readonly id: string }) {
  return (
    <div class="device-id">
      <div>
        <p class="about">{t('device-id')}</p>
        <p class="code">{id}</p>
      </div>
      <CopyButton text={id} />
    </div>
  )
}
