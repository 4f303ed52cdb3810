/**
 * What the API asks of the daemon: everything a person or program can see and steer, as an interface. The daemon answers it in
 * `device-steering.ts`. A folder is named by its id or by its absolute path; an unknown one is `folder-unknown`.
 */
import type { AdmissionRule, Role } from '../core/statement.ts'
import type { ApplianceSteering } from './appliance-steering.ts'
import type { BackupSteering } from './backup-steering.ts'
import type { EventStream } from './event-stream.ts'
import type { FileSteering } from './file-steering.ts'
import type { MetricsText } from './metrics.ts'
import type { ReleaseSteering } from './release-steering.ts'
import type { Directories, DirectoryMade } from './schemas/directories.ts'
import type { ExplanationBody } from './schemas/explanation.ts'
import type {
  Added,
  Hosts,
  QrDrawing,
  QrText,
  ReadOnlySecret,
  Rotated,
  RotationPlanBody,
  SecretKind,
  Secrets,
} from './schemas/folders.ts'
import type { History, HistoryAsked } from './schemas/history.ts'
import type { LedsBody } from './schemas/leds.ts'
import type { AdmissionBody, InviteBody, Invited, Invites, PeerBody, Peers } from './schemas/members.ts'
import type { Settings, SettingsChange } from './schemas/settings.ts'
import type { Status } from './schemas/status.ts'
import type { TrafficHistory } from './schemas/transfers.ts'
import type { SystemSteering } from './system-steering.ts'

export interface Steering extends FileSteering, SystemSteering, BackupSteering, ReleaseSteering {
  /** None on a device that is no appliance. */
  readonly appliance: ApplianceSteering | undefined
  /** One folder, or all. */
  status(folder: string | undefined): Promise<Status>
  /** All that `status` and the transfers of every folder tell, and each change of it. */
  readonly events: EventStream
  /** For Prometheus. Throws `not-found` where that is switched off. */
  metrics(): Promise<MetricsText>
  /** How much passed in each second of the last minutes, or each hour of the last days. */
  trafficHistory(span: 'minutes' | 'days'): Promise<TrafficHistory>
  /**
   * Without a secret the folder is a new one. `from` the web only what lies below an allowed root can be added. Throws what stands in the
   * error table under "What a person typed".
   */
  addFolder(
    path: string,
    secret: string | undefined,
    hosts: readonly string[],
    from: 'control' | 'web',
  ): Promise<Added>
  /** What a pasted text is. Throws why it is no secret. */
  secretKind(text: string): Promise<SecretKind>
  /** The text of a QR code in a picture in grey, a byte a pixel; none where there is none in it. */
  readQrCode(picture: {
    readonly width: number
    readonly height: number
    readonly pixels: Uint8Array
  }): Promise<QrText>
  /** A QR code that holds the text, `maxQrBytes` at most. */
  drawQrCode(text: string): Promise<QrDrawing>
  /** Directories of this device that a folder can be chosen from: the allowed roots, or what lies in one below them. */
  directories(path: string | undefined): Promise<Directories>
  makeDirectory(parent: string, name: string): Promise<DirectoryMade>
  /** Stops syncing; every file stays. */
  removeFolder(folder: string): Promise<void>
  /** Throws `no-secret-here` where there is none to pass on. */
  secrets(folder: string): Promise<Secrets>
  readOnlySecret(folder: string): Promise<ReadOnlySecret>
  /** Makes a one-time secret, good for `lifeMs`. */
  invite(folder: string, role: Role, lifeMs: number): Promise<Invited>
  invites(folder: string): Promise<Invites>
  /** By the first characters of its id. */
  cancelInvite(folder: string, id: string): Promise<InviteBody>
  /** What the LEDs at the device can show and what they show now. Throws `not-found` where it has none to steer. */
  leds(): Promise<LedsBody>
  deviceSettings(): Promise<Settings>
  setDevice(change: SettingsChange): Promise<Settings>
  folderSettings(folder: string): Promise<Settings>
  setFolder(folder: string, change: SettingsChange): Promise<Settings>
  /** Adding one that is there changes nothing. */
  addHost(folder: string, host: string): Promise<Hosts>
  /** Throws `not-found` for one that is not there. */
  removeHost(folder: string, host: string): Promise<Hosts>
  rescan(folder: string | undefined): Promise<void>
  /** Newest first. */
  history(asked: HistoryAsked): Promise<History>
  peers(folder: string | undefined): Promise<Peers>
  /** Every way to peers of a folder, and what came of it. */
  explain(folder: string): Promise<ExplanationBody>
  /** A device by its name or the first characters of its id. */
  revoke(folder: string, device: string): Promise<PeerBody>
  approve(folder: string, device: string): Promise<PeerBody>
  /** What `rotate` would do. */
  planRotation(folder: string): Promise<RotationPlanBody>
  /** Changes the secret of a folder, and with it its id. */
  rotate(folder: string): Promise<Rotated>
  admission(folder: string): Promise<AdmissionBody>
  setAdmission(folder: string, rule: AdmissionRule): Promise<AdmissionBody>
}
