/** Parts that are being let go: nobody waits for them but who ends all. */

export interface Leaving {
  /** Disposes of it, now. */
  add(part: AsyncDisposable): void
  /** Resolves once all have gone. */
  done(): Promise<unknown>
}

export function createLeaving(): Leaving {
  const underway = new Set<Promise<void>>()
  return {
    add(part) {
      const left = Promise.resolve(part[Symbol.asyncDispose]()).finally(() => underway.delete(left))
      underway.add(left)
    },
    done: () => Promise.all(underway),
  }
}
