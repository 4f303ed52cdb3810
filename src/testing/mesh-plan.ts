/**
 * What a simulated mesh is made of: how many members of one folder, who of them can be dialled, how they find each other, how they come and go.
 * Everything not said here follows from the seed.
 */

export interface MeshPlan {
  readonly seed: number
  readonly members: number
  readonly maxLinks: number
  /** Of the members; nothing that is sent to their addresses ever answers. */
  readonly unreachableShare: number
  /** All come within this time, at even chance. */
  readonly joinMs: number
  /** How long it is looked at after that. */
  readonly minutes: number
  /** Of the members, in ten minutes: so many leave for good, one after the other, and for each comes a new one. */
  readonly replacedShare: number
  /** Of those that leave: without a word to their peers. */
  readonly crashShare: number
  /** Of those that leave: with a word to the tracker. The others stay in its list until they were missed twice. */
  readonly goodbyeShare: number
  readonly trackerIntervalMs: number
  /** Addresses a tracker tells at a time, of members drawn at even chance. */
  readonly trackerAnswer: number
  /** How soon the tracker is asked again while there are fewer links than are wanted, doubled each time; 0: as usual. */
  readonly lonelyIntervalMs: number
  /** A tracker and nothing else, or a host that everybody knows and nothing else. */
  readonly foundThrough: 'tracker' | 'host'
  /** Links of one more member that never leaves, can be dialled and publishes everything; 0: there is none. */
  readonly hostMaxLinks: number
  /** How long who is sent away by the host after a while stays away; 0: as who is refused. */
  readonly hostReturnMs: number
  /** One way, drawn evenly for each link. */
  readonly delayMs: readonly [number, number]
  /** A new file is on its way from one member to the next for so long, and up to twice as long. */
  readonly hopMs: number
  /** A file is published at a random member, or the host, so often. */
  readonly publishEveryMs: number
}

export const defaultMeshPlan: MeshPlan = {
  seed: 1,
  members: 2000,
  maxLinks: 30,
  unreachableShare: 0.5,
  joinMs: 180_000,
  minutes: 90,
  replacedShare: 1 / 3,
  crashShare: 0.5,
  goodbyeShare: 0.2,
  trackerIntervalMs: 1_800_000,
  trackerAnswer: 50,
  lonelyIntervalMs: 300_000,
  foundThrough: 'tracker',
  hostMaxLinks: 0,
  hostReturnMs: 0,
  delayMs: [10, 150],
  hopMs: 1000,
  publishEveryMs: 300_000,
}
