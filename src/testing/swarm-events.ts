/** What will happen in a simulated swarm, in the order of time: a binary heap in flat arrays, because there are millions. */

export interface SwarmEvents {
  readonly size: number
  /** Events of one time come in the order they were added. */
  add(atMs: number, kind: number, subject: number, detail: number): void
  /** Takes the earliest event off; its parts are read from the fields below until the next call. False when there is none. */
  take(): boolean
  readonly atMs: number
  readonly kind: number
  readonly subject: number
  readonly detail: number
}

export function createSwarmEvents(): SwarmEvents {
  let capacity = 1 << 16
  let times = new Float64Array(capacity)
  let orders = new Float64Array(capacity)
  let kinds = new Uint8Array(capacity)
  let subjects = new Uint32Array(capacity)
  let details = new Uint32Array(capacity)
  let size = 0
  let nextOrder = 0
  const taken = { atMs: 0, kind: 0, subject: 0, detail: 0 }

  function grow(): void {
    const old = { times, orders, kinds, subjects, details }
    capacity *= 2
    times = new Float64Array(capacity)
    orders = new Float64Array(capacity)
    kinds = new Uint8Array(capacity)
    subjects = new Uint32Array(capacity)
    details = new Uint32Array(capacity)
    times.set(old.times)
    orders.set(old.orders)
    kinds.set(old.kinds)
    subjects.set(old.subjects)
    details.set(old.details)
  }

  function move(from: number, to: number): void {
    times[to] = times[from]!
    orders[to] = orders[from]!
    kinds[to] = kinds[from]!
    subjects[to] = subjects[from]!
    details[to] = details[from]!
  }

  function isBefore(atMs: number, order: number, other: number): boolean {
    return atMs < times[other]! || (atMs === times[other]! && order < orders[other]!)
  }

  return {
    get size() {
      return size
    },
    get atMs() {
      return taken.atMs
    },
    get kind() {
      return taken.kind
    },
    get subject() {
      return taken.subject
    },
    get detail() {
      return taken.detail
    },
    add(atMs, kind, subject, detail) {
      if (size === capacity) grow()
      const order = nextOrder++
      let at = size++
      while (at > 0) {
        const parent = (at - 1) >>> 1
        if (!isBefore(atMs, order, parent)) break
        move(parent, at)
        at = parent
      }
      times[at] = atMs
      orders[at] = order
      kinds[at] = kind
      subjects[at] = subject
      details[at] = detail
    },
    take() {
      if (size === 0) return false
      taken.atMs = times[0]!
      taken.kind = kinds[0]!
      taken.subject = subjects[0]!
      taken.detail = details[0]!
      size--
      const atMs = times[size]!
      const order = orders[size]!
      let at = 0
      for (;;) {
        let child = 2 * at + 1
        if (child >= size) break
        if (child + 1 < size && isBefore(times[child + 1]!, orders[child + 1]!, child)) child++
        if (isBefore(atMs, order, child)) break
        move(child, at)
        at = child
      }
      move(size, at)
      return true
    },
  }
}
