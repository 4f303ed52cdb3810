/**
 * Gives memory back when it is known to be of no further use. Left to the collector, each few dozen megabytes of blocks passing through would
 * cost a look at the whole heap: a third of the processor's time of a large transfer.
 */

/** Smaller ones share their memory with others, and cost the collector little. */
const worthwhileBytes = 16 * 1024

/** Nobody reads these bytes any more: from here on they are empty. Only what holds all of its memory gives it back. */
export function free(bytes: Uint8Array): void {
  const { buffer, byteLength } = bytes
  if (byteLength < worthwhileBytes || byteLength !== buffer.byteLength) return
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}
