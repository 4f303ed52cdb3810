/**
 * Takes in what comes one by one and hands it on together: the first at the next frame, what follows after a rest. However fast things
 * change, the page is drawn a few times a second, which is as often as anybody reads numbers.
 */

/** Four times a second. The device tells of changes less often, but a page that was asleep gets many at once. */
export const gatherRestMs = 250
/** A page that nobody looks at draws no frames, but is to be right when somebody does. */
const hiddenMs = 200

export interface Gatherer<T> extends Disposable {
  add(item: T): void
}

export function createGatherer<T>(
  handOn: (items: readonly T[]) => void,
  nextFrame: (action: () => void) => void = atNextFrame,
): Gatherer<T> {
  let waiting: T[] = []
  let isResting = false
  let isAsked = false
  let isOver = false
  let rest: ReturnType<typeof setTimeout> | undefined

  function ask(): void {
    if (isAsked || isResting || waiting.length === 0 || isOver) return
    isAsked = true
    nextFrame(flush)
  }

  function flush(): void {
    isAsked = false
    if (isOver) return
    const items = waiting
    waiting = []
    isResting = true
    rest = setTimeout(() => {
      isResting = false
      ask()
    }, gatherRestMs)
    handOn(items)
  }

  return {
    add(item) {
      waiting.push(item)
      ask()
    },
    [Symbol.dispose]() {
      isOver = true
      clearTimeout(rest)
    },
  }
}

function atNextFrame(action: () => void): void {
  if (document.hidden) setTimeout(action, hiddenMs)
  else requestAnimationFrame(action)
}
