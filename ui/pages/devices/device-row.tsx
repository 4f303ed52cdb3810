/** One other device in the list: its name, how it is connected, what it shares, how fast it goes. */
import { Icon } from '../../parts/icon.tsx'
import { Speed, When } from '../../parts/values.tsx'
import { describeDevice, type OtherDevice } from '../../state/devices.ts'
import { t } from '../../text/translate.ts'

/** Two lines and room around them. */
export const deviceRowHeight = 72

export function DeviceRow({ device, onOpen }: { readonly device: OtherDevice; readonly onOpen: () => void }) {
  const { name, shares, isOnline, receivedPerSecond, sentPerSecond } = device
  return (
    <button type="button" class={`row device-row tone-${describeDevice(device).tone}`} onClick={onOpen}>
      <span class="device-icon">
        <Icon name="device" />
      </span>
      <span class="row-text">
        <strong>{name}</strong>
        <span class="about">
          <DeviceState device={device} /> · {t('count-folders', { folders: shares.length })}
        </span>
      </span>
      {isOnline && (
        <span class="row-end device-speeds about">
          <Speed direction="down" bytesPerSecond={receivedPerSecond} />
          <Speed direction="up" bytesPerSecond={sentPerSecond} />
        </span>
      )}
      <Icon name="right" />
    </button>
  )
}

/** In words; with when it was last seen, where it is away. */
export function DeviceState({ device }: { readonly device: OtherDevice }) {
  const { key, tone, isAway } = describeDevice(device)
  return (
    <span class={`tone-${tone} tone-text`}>
      {t(key)}
      {isAway && device.lastSeen !== undefined && (
        <>
          {' '}
          <When at={device.lastSeen} />
        </>
      )}
    </span>
  )
}
