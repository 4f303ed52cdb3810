/**
 * Says that something people look at may be other than before; what it is they find out by looking. Costs nothing while nobody listens, so
 * whoever changes something may say so as often as it happens.
 */
export interface News {
  note(): void
  listen(listener: () => void): Disposable
}

export function createNews(): News {
  const listeners = new Set<() => void>()
  return {
    note() {
      for (const listener of listeners) listener()
    },
    listen(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
  }
}
