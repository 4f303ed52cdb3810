/**
 * Two connections made one: what comes in here goes out there, no faster than it is taken and than the rate allows, until both ends are done
 * or nothing has moved for long. Owns both sockets; looks at no byte.
 */
import type { Socket } from 'node:net'
import { free } from '../core/memory.ts'
import type { Clock } from '../ports.ts'

/** A link says something each 30 seconds. One that says nothing for this long is dead at both ends. */
export const idleLimitMs = 180_000
/** The limit above is kept to this precision. */
export const idleWatchMs = 30_000

export interface SpliceOptions {
  readonly clock: Clock
  /** Counts bytes that were forwarded; returns for how many milliseconds nothing more may be read. */
  draw(bytes: number): number
}

/** Resolves with the bytes forwarded, both ways, once both connections are closed. */
export async function splice(one: Socket, other: Socket, { clock, draw }: SpliceOptions): Promise<number> {
  let bytes = 0
  let movedMs = clock.monotonicMs()
  const waits = new Set<Disposable>()

  function forward(from: Socket, to: Socket): void {
    let isThrottled = false
    const readOn = () => {
      if (!isThrottled && !to.writableNeedDrain) from.resume()
    }
    from.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      movedMs = clock.monotonicMs()
      if (!to.write(chunk, () => free(chunk))) from.pause()
      const waitMs = draw(chunk.length)
      if (waitMs <= 0) return
      from.pause()
      isThrottled = true
      const wait = clock.after(waitMs, () => {
        waits.delete(wait)
        isThrottled = false
        readOn()
      })
      waits.add(wait)
    })
    to.on('drain', readOn)
    from.on('end', () => to.end())
    // What it said before it broke off still reaches the other end.
    from.on('close', () => to.destroySoon())
    from.resume()
  }

  let timer = clock.after(idleWatchMs, watch)
  function watch(): void {
    timer = clock.after(idleWatchMs, watch)
    if (clock.monotonicMs() - movedMs < idleLimitMs) return
    one.destroy()
    other.destroy()
  }

  const closed = [one, other].map((socket) => new Promise((resolve) => socket.once('close', resolve)))
  forward(one, other)
  forward(other, one)
  if (one.destroyed || other.destroyed) {
    one.destroy()
    other.destroy()
  }
  await Promise.all(closed)
  timer[Symbol.dispose]()
  for (const wait of waits) wait[Symbol.dispose]()
  return bytes
}
