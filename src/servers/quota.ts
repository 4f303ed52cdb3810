/** Places that are limited in all and for each owner, so that no owner can take what is there for everybody. */

export interface Quota {
  /** A place, until it is disposed; undefined when there is none left, in all or for this owner. */
  take(owner: string): Disposable | undefined
  readonly taken: number
}

export function createQuota(limits: { readonly total: number; readonly each: number }): Quota {
  const takenByOwner = new Map<string, number>()
  let taken = 0
  return {
    take(owner) {
      const own = takenByOwner.get(owner) ?? 0
      if (taken >= limits.total || own >= limits.each) return undefined
      taken += 1
      takenByOwner.set(owner, own + 1)
      let isHeld = true
      return {
        [Symbol.dispose]() {
          if (!isHeld) return
          isHeld = false
          taken -= 1
          const left = takenByOwner.get(owner)! - 1
          if (left > 0) takenByOwner.set(owner, left)
          else takenByOwner.delete(owner)
        },
      }
    },
    get taken() {
      return taken
    },
  }
}
