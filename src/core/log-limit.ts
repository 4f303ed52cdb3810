/**
 * How often one sentence may stand in the log: whoever can have something happen here again and again, a peer say, must not fill a disk with it
 * (I14). Pure: times come in, in milliseconds of a clock that never jumps.
 */

/** At once: a folder with all its links gets on and off without a line being left out. */
const burstLines = 200
const msPerLine = 1000
/** Sentences are the program's own and few; some have a path or a reason in them. */
const maxSentences = 500

interface Said {
  readonly lines: number
  readonly atMs: number
  readonly omitted: number
}

export interface LogLimit {
  /** How many were left out since it was written last; undefined when this one is left out as well. */
  admit(sentence: string, nowMs: number): number | undefined
}

export function createLogLimit(): LogLimit {
  const saidBySentence = new Map<string, Said>()
  return {
    admit(sentence, nowMs) {
      const { lines, atMs, omitted } = saidBySentence.get(sentence) ?? {
        lines: burstLines,
        atMs: nowMs,
        omitted: 0,
      }
      const room = Math.min(burstLines, lines + (nowMs - atMs) / msPerLine)
      const isAdmitted = room >= 1
      // The one that was said longest ago is the first to go.
      saidBySentence.delete(sentence)
      if (saidBySentence.size >= maxSentences) saidBySentence.delete(saidBySentence.keys().next().value!)
      saidBySentence.set(sentence, {
        lines: room - Number(isAdmitted),
        atMs: nowMs,
        omitted: isAdmitted ? 0 : omitted + 1,
      })
      return isAdmitted ? omitted : undefined
    },
  }
}
