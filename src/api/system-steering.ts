/**
 * What the API asks about the machine and of it, as an interface. Facts are there on every machine; all else throws `appliance-only` where the
 * daemon does not run as an appliance.
 */
import type { System } from './schemas/system.ts'

export interface SystemSteering {
  system(): Promise<System>
  /** Names of time zones this device knows. */
  timeZones(): readonly string[]
  /** Throws `setting-invalid`; so do the next two. */
  setHostName(hostName: string): Promise<void>
  setTimeZone(timeZone: string): Promise<void>
  /** For the keys there are. */
  setSsh(enabled: boolean): Promise<void>
  restartDaemon(): Promise<void>
  reboot(): Promise<void>
  powerOff(): Promise<void>
  /** Lets its lights blink for a while. */
  identify(): Promise<void>
  /** What was logged since the start, without secrets. */
  logs(): Promise<string>
  /** Forgets all of the device's own state, no disk's content. Throws `request-invalid` unless the right text was typed. */
  factoryReset(typed: string): Promise<void>
}
