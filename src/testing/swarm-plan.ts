/**
 * What a simulated swarm is made of: how many subscribers with what lines, how they come and go, what they fetch, and by which policy.
 * Everything not said here follows from the seed.
 */

/** Whether the source tells all it has, or what is scarce first (super-seeding); `scarce-first` goes on with the rest, `scarce-only` leaves that to others. */
export type SourcePolicy = 'plain' | 'scarce-first' | 'scarce-only'

export interface SwarmPlan {
  readonly seed: number
  readonly members: number
  readonly fileBytes: number
  readonly sourceUpBytesPerSecond: number
  /** A member's upload is drawn evenly between these; its download is `downFactor` times that. */
  readonly upBytesPerSecond: readonly [number, number]
  readonly downFactor: number
  /** One way, drawn evenly for each link. */
  readonly delayMs: readonly [number, number]
  /** A device dials until it has the first number of links, and takes no more than the second. */
  readonly links: readonly [number, number]
  /** All subscribers come within this time of publication. */
  readonly joinMs: number
  /** Mean times of an exponential distribution; 0 away means nobody ever leaves. */
  readonly sessionMs: number
  readonly awayMs: number
  readonly uploadSlots: number
  /** News are told together so often. */
  readonly progressMs: number
  readonly order: 'rarest' | 'random'
  readonly source: SourcePolicy
  readonly endGameCopies: number
  readonly endGameBlocks: number
  /** Blocks the source offers a peer at a time. */
  readonly offerWindow: number
  /** The run ends then, whoever has not finished. */
  readonly lastMs: number
}

const bytesPerSecondOfMbit = 1_000_000 / 8

export const defaultSwarmPlan: SwarmPlan = {
  seed: 1,
  members: 1000,
  fileBytes: 100 * 1024 ** 2,
  sourceUpBytesPerSecond: 10 * bytesPerSecondOfMbit,
  upBytesPerSecond: [1 * bytesPerSecondOfMbit, 20 * bytesPerSecondOfMbit],
  downFactor: 4,
  delayMs: [5, 75],
  links: [16, 32],
  joinMs: 5000,
  sessionMs: 600_000,
  awayMs: 60_000,
  uploadSlots: 2,
  progressMs: 1000,
  order: 'rarest',
  source: 'scarce-only',
  endGameCopies: 2,
  endGameBlocks: 32,
  offerWindow: 2,
  lastMs: 3_600_000,
}

/** Policies worth comparing, by the name they are reported under. */
export const swarmPolicies: Readonly<Record<string, Partial<SwarmPlan>>> = {
  random: { order: 'random', source: 'plain' },
  'rarest first': { source: 'plain' },
  'rarest first, no end-game': { source: 'plain', endGameCopies: 1 },
  'super-seeding, then all': { source: 'scarce-first' },
  'super-seeding': {},
  'super-seeding, no end-game': { endGameCopies: 1 },
}
