/** Asks anew a moment after the question has changed, one question at a time; an answer to an old question is dropped. */

export interface Latest<Q> extends Disposable {
  ask(question: Q): void
}

export function createLatest<Q, A>(
  /** Long enough that nobody is answered in the middle of a word. */
  quietMs: number,
  answer: (question: Q) => Promise<A>,
  /** Hears the answer, or what was thrown. */
  onAnswer: (settled: PromiseSettledResult<A>) => void,
): Latest<Q> {
  let timer: ReturnType<typeof setTimeout> | undefined
  let wanted: { readonly question: Q } | undefined
  let isAsking = false
  let isOver = false

  async function go(): Promise<void> {
    if (isAsking || wanted === undefined || isOver) return
    const asked = wanted
    wanted = undefined
    isAsking = true
    const [settled] = await Promise.allSettled([answer(asked.question)])
    isAsking = false
    if (isOver) return
    if (wanted === undefined) onAnswer(settled)
    else if (timer === undefined) await go()
  }

  return {
    ask(question) {
      wanted = { question }
      clearTimeout(timer)
      timer = setTimeout(() => {
        timer = undefined
        void go()
      }, quietMs)
    },
    [Symbol.dispose]() {
      isOver = true
      clearTimeout(timer)
    },
  }
}
