/** Who makes room when a folder has as many links as it may have, so that nobody is kept out for ever. Pure. */

/**
 * Whoever has been here as long and needs nothing may have to make room for a stranger. Of many readers of one publisher each has its turn, as many a minute as
 * there may be links; much shorter, and making links would be all a small machine does.
 */
export const stayMs = 60_000
/** A hello comes within this, or hardly at all. Who has just come must not lose its place to the next one while it is on its way. */
export const helloMs = 10_000

/** A link to a peer of a folder. */
export interface Seat {
  /** Whether the peer has said who it is. */
  isOpen(): boolean
  /** Near, or sought by this device: not to be given up for one that is neither. */
  readonly isDear: boolean
  /** When it began, on the clock `nowMs` is of. */
  readonly sinceMs: number
  /** Whether neither side lacks anything. */
  isSettled(): boolean
}

/** Who says nothing; then, for one that is dear, one that is not; else who has been here long and needs nothing. Undefined: the newcomer has to go. */
export function whoMakesRoom<S extends Seat>(
  newcomer: Pick<Seat, 'isDear'>,
  seats: readonly S[],
  nowMs: number,
): S | undefined {
  const strangers = seats.filter(({ isDear }) => !isDear)
  return (
    seats.find((seat) => !seat.isOpen() && nowMs - seat.sinceMs >= helloMs) ??
    (newcomer.isDear ? strangers[0] : undefined) ??
    strangers.find((seat) => nowMs - seat.sinceMs >= stayMs && seat.isSettled())
  )
}
