/** Does something soon after it is called for, and not again before some time: however often it is called for, it costs the same. */
export interface Pace extends Disposable {
  call(): void
}

export function createPace(action: () => void, leastMs: number): Pace {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isCalled = false
  function pass(): void {
    timer = undefined
    if (!isCalled) return
    isCalled = false
    action()
    timer = setTimeout(pass, leastMs)
  }
  return {
    call() {
      isCalled = true
      // A moment, so that what happens together is one call.
      timer ??= setTimeout(pass, Math.min(leastMs, 100))
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  }
}
