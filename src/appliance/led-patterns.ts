/**
 * What the LEDs show: one table of patterns, the most important first, each with the state of the device that it stands for. The first whose
 * state is so is shown. Web interface and documentation tell the same table. Pure.
 */

/** Lit, dark, or milliseconds lit and dark in turn, from the beginning again after the last. */
export type Blink = 'on' | 'off' | readonly number[]

export type DiskState = 'checking' | 'attached' | 'blank' | 'unusable' | 'clone' | 'ejected' | 'failed'

/** How long the button is held by now: what letting go would do. */
export type ButtonPhase = 'short' | 'password' | 'reset' | 'nothing'

/** What the LEDs are chosen by. */
export interface DeviceView {
  readonly phase: 'starting' | 'running' | 'stopping'
  /** Undefined while nobody holds it. */
  readonly button: ButtonPhase | undefined
  /** A person wants to know which box this is. */
  readonly isIdentifying: boolean
  /** A new password can be chosen without knowing the old one. */
  readonly isPasswordOpen: boolean
  /** The device cannot keep what it has to remember. */
  readonly isBroken: boolean
  readonly disks: readonly DiskState[]
  readonly folders: readonly FolderView[]
}

export interface FolderView {
  readonly isBusy: boolean
  /** Its disk is not there. */
  readonly waitsForDisk: boolean
  readonly needsPerson: boolean
}

export interface LedPattern {
  readonly id: string
  /** The green LED. */
  readonly status: Blink
  /** The amber LED. */
  readonly attention: Blink
  /** The same with one LED, like the one most boards have. */
  readonly single: Blink
  /** One sentence for people. */
  readonly meaning: string
}

interface Row extends LedPattern {
  isSo(view: DeviceView): boolean
}

const slow = [500, 500]
const slowOther = [0, 500, 500, 0]
const fast = [100, 100]
const fastOther = [0, 100, 100, 0]
const double = [150, 150, 150, 1550]
const short = [100, 1900]

const rows = [
  {
    id: 'button-short',
    ...{ status: 'off', attention: 'on', single: 'off' },
    meaning: 'The button is held: let go now to make every disk safe to pull.',
    isSo: ({ button }) => button === 'short',
  },
  {
    id: 'button-password',
    ...{ status: slow, attention: slowOther, single: slow },
    meaning: 'The button is held for 3 seconds: let go now to choose a new password in the browser.',
    isSo: ({ button }) => button === 'password',
  },
  {
    id: 'button-reset',
    ...{ status: fast, attention: fastOther, single: fast },
    meaning:
      'The button is held for 10 seconds: let go now and the device forgets everything but what is on the disks. Hold on to call it off.',
    isSo: ({ button }) => button === 'reset',
  },
  {
    id: 'button-nothing',
    ...{ status: 'off', attention: 'off', single: 'off' },
    meaning: 'The button is held for 20 seconds or is stuck: letting go does nothing.',
    isSo: ({ button }) => button === 'nothing',
  },
  {
    id: 'identify',
    ...{ status: [300, 300], attention: [0, 300, 300, 0], single: [300, 300] },
    meaning: 'This is the device that somebody looks for.',
    isSo: ({ isIdentifying }) => isIdentifying,
  },
  {
    id: 'stopping',
    ...{ status: short, attention: 'off', single: short },
    meaning: 'The device is stopping. Leave it in power until the LEDs are dark.',
    isSo: ({ phase }) => phase === 'stopping',
  },
  {
    id: 'password-open',
    ...{ status: [1000, 1000], attention: [1000, 1000], single: [1000, 1000] },
    meaning: 'For ten minutes anybody in the local network can choose a new password in the browser.',
    isSo: ({ isPasswordOpen }) => isPasswordOpen,
  },
  {
    id: 'starting',
    ...{ status: slow, attention: 'off', single: slow },
    meaning: 'The device is starting.',
    isSo: ({ phase }) => phase === 'starting',
  },
  {
    id: 'error',
    ...{ status: 'off', attention: fast, single: fast },
    meaning:
      'A disk could not be used, or the device cannot remember its settings. The web interface says more.',
    isSo: ({ isBroken, disks }) => isBroken || disks.includes('failed'),
  },
  {
    id: 'disk-busy',
    ...{ status: fast, attention: 'off', single: [250, 250] },
    meaning: 'A disk is being checked or made safe to pull. Do not pull it now.',
    isSo: ({ disks }) => disks.includes('checking'),
  },
  {
    id: 'ejected',
    ...{ status: double, attention: 'off', single: short },
    meaning: 'A disk is safe to pull.',
    isSo: ({ disks }) => disks.includes('ejected'),
  },
  {
    id: 'no-disk',
    ...{ status: 'off', attention: double, single: double },
    meaning: 'There is no disk, or one is missing that a folder is on.',
    isSo: ({ disks, folders }) =>
      !disks.some((state) => state !== 'ejected') || folders.some(({ waitsForDisk }) => waitsForDisk),
  },
  {
    id: 'needs-attention',
    ...{ status: 'on', attention: [1000, 1000], single: [150, 150, 150, 150, 150, 1250] },
    meaning: 'Something waits for you. The web interface says what.',
    isSo: ({ disks, folders }) =>
      disks.some((state) => state === 'blank' || state === 'unusable' || state === 'clone') ||
      folders.some(({ needsPerson }) => needsPerson),
  },
  {
    id: 'syncing',
    ...{ status: [900, 100], attention: 'off', single: [900, 100] },
    meaning: 'Files are being sent, received or looked at.',
    isSo: ({ folders }) => folders.some(({ isBusy }) => isBusy),
  },
  {
    id: 'ready',
    ...{ status: 'on', attention: 'off', single: 'on' },
    meaning: 'Everything is up to date.',
    isSo: () => true,
  },
] as const satisfies readonly Row[]

export type LedPatternId = (typeof rows)[number]['id']

/** The most important first. */
export const ledPatterns: readonly (LedPattern & { readonly id: LedPatternId })[] = rows

export function choosePattern(view: DeviceView): LedPattern & { readonly id: LedPatternId } {
  return rows.find((row: Row) => row.isSo(view))!
}
