/**
 * Who makes room when a folder has as many links as it may have, so that nobody is kept out for ever, however many devices somebody has and
 * whatever they say of themselves. Pure.
 */

/**
 * Whoever has been here as long and needs nothing may have to make room for a stranger. Of many readers of one publisher each has its turn, as many a minute as
 * there may be links; much shorter, and making links would be all a small machine does.
 */
export const stayMs = 60_000
/** Whoever says for so long that it needs something may have to go as well: it can go on elsewhere, and come back. */
export const longStayMs = 1_800_000
/** A hello comes within this, or hardly at all. Who has just come must not lose its place to the next one while it is on its way. */
export const helloMs = 10_000
/** The share of all links that one network may have once there is no room, and that may have said nothing yet: more of either is somebody's doing. */
const fairShare = 1 / 4

/** How much a link is worth here: a stranger's, one of the local network, one this device sought. */
export const ranks = { stranger: 0, near: 1, sought: 2 } as const
export type Rank = (typeof ranks)[keyof typeof ranks]

/** A link to a peer of a folder. */
export interface Seat {
  readonly rank: Rank
  /** What one party can hardly have many of; see `networkOf` for addresses. */
  readonly network: string
  /** Whether the peer has said who it is. */
  isOpen(): boolean
  /** When it began, on the clock `nowMs` is of. */
  readonly sinceMs: number
  /** Whether neither side lacks anything, as far as the peer can be believed. */
  isSettled(): boolean
}

/**
 * Who says nothing; then one that is worth less; then one of a network that has more than its share; then who has been here a while and needs
 * nothing; then who has been here long. Never one that is worth more, and none that was sought for another that was. Undefined: the newcomer has to go.
 */
export function whoMakesRoom<S extends Seat>(
  newcomer: Pick<Seat, 'rank' | 'network'>,
  seats: readonly S[],
  nowMs: number,
): S | undefined {
  const oldestFirst = [...seats].sort((a, b) => a.sinceMs - b.sinceMs)
  const stayed = (seat: S, ms: number): boolean => nowMs - seat.sinceMs >= ms
  const lesser = oldestFirst.filter(({ rank }) => rank < newcomer.rank).sort((a, b) => a.rank - b.rank)
  const equal = oldestFirst.filter(({ rank }) => rank <= newcomer.rank && rank < ranks.sought)
  const silent = oldestFirst.filter((seat) => !seat.isOpen())
  const isManySilent = isMoreThanFair(silent, seats)
  const crowd = crowdOf(seats)
  return (
    silent.find((seat) => isManySilent || stayed(seat, helloMs)) ??
    lesser[0] ??
    equal.find(({ network }) => network === crowd && network !== newcomer.network) ??
    equal.find((seat) => stayed(seat, stayMs) && seat.isSettled()) ??
    equal.find((seat) => stayed(seat, longStayMs))
  )
}

/** The network that has most of the links that were not sought, if that is more than its share. */
function crowdOf(seats: readonly Seat[]): string | undefined {
  const unsought = seats.filter(({ rank }) => rank < ranks.sought)
  const [largest] = [...Map.groupBy(unsought, ({ network }) => network)].sort(
    ([, one], [, other]) => other.length - one.length,
  )
  return largest !== undefined && isMoreThanFair(largest[1], seats) ? largest[0] : undefined
}

function isMoreThanFair(some: readonly Seat[], seats: readonly Seat[]): boolean {
  return some.length > Math.max(1, seats.length * fairShare)
}
