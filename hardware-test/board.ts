/** What a case may ask of the computer under test, be it emulated or on a desk. Nothing here knows which of the two it is. */

/** Runs a script of the system's own shell as root and returns what it printed; throws when it fails. */
export type Shell = (script: string, limitSeconds?: number) => Promise<string>

/** What a case has to be told when a board cannot do what it asks; the case then counts as not run. */
export class NotPossible extends Error {}

export interface TestDisk {
  /** Letters and digits. */
  readonly id: string
  /** For the person who plugs it in: what has to be on it. */
  readonly what: string
  readonly file: string
  /** What it says of itself; default: its id. */
  readonly serial?: string
  /** Reading or writing there gives an error. */
  readonly failsAtByte?: number
}

/** How much of the time each LED was lit, 0 to 1, and how often it changed a second. */
export interface Light {
  readonly lit: number
  readonly changesPerSecond: number
}

export interface StartOptions {
  /** Default: the image as it was flashed; else the card as the last run left it. */
  readonly keep?: boolean
  /** UTC, without `Z`; default: now. */
  readonly clock?: string
  /** Without it the cable is not plugged in. Default: it is. */
  readonly network?: boolean
  /** Content of `berrysync.txt` on the boot partition. */
  readonly presets?: string
  /** The same system without Berrysync and what belongs to it: what a bare one takes to start. */
  readonly bare?: boolean
  /** Plugged in before the power comes. */
  readonly disks?: readonly TestDisk[]
}

export interface Board extends AsyncDisposable {
  readonly kind: 'qemu' | 'board'
  /** Of the device, on the segment. */
  readonly address: string
  /** Of this host. */
  readonly hostAddress: string
  readonly shell: Shell
  /** Where disks and peers of this run have their files. */
  readonly scratch: string
  /** What it is and what runs on it, for the results. */
  describe(): Promise<Readonly<Record<string, string>>>
  /** Switches the power on, after off, and returns when it came, by `performance.now`. */
  start(options?: StartOptions): Promise<number>
  /** Keeps the running system, without its USB disks, for `resume`, of other boards too; it may be off afterwards. */
  save(): Promise<void>
  /** Goes on with the system that was saved. Returns when, by `performance.now`. */
  resume(): Promise<number>
  /** Waits until somebody could log in at its console, and returns the seconds since the power came. */
  waitForLogin(limitSeconds: number): Promise<number>
  /** Pulls the plug. */
  cutPower(): Promise<void>
  /** Waits until a shell answers. */
  shellReady(limitSeconds: number): Promise<void>
  plug(disk: TestDisk): Promise<void>
  pull(disk: TestDisk): Promise<void>
  /** The GPIO numbers that LEDs and button of this board are wired to. */
  readonly pins: { readonly ledPin: number; readonly attentionPin: number; readonly buttonPin: number }
  holdButton(milliseconds: number): Promise<void>
  /** Looks for so long. */
  watchLights(milliseconds: number): Promise<{ readonly status: Light; readonly attention: Light }>
}
