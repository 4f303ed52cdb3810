/** What the API asks about releases, as an interface. Everything throws `appliance-only` where the machine has none. */
import type { InstallAsked, Releases, Restarting } from './schemas/releases.ts'

export interface ReleaseSteering {
  releases(): Promise<Releases>
  /** Takes a part of a file of `sizeBytes`. Throws `upload-broken`, `release-too-large`, `release-no-room`, and with the last part why it is no release. */
  uploadRelease(offset: number, sizeBytes: number, part: Uint8Array): Promise<void>
  /** Throws what the helper says. */
  installRelease(asked: InstallAsked): Promise<Restarting>
  rollBackRelease(): Promise<Restarting>
}
