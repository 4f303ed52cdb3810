/**
 * Which parts of the program an input reaches, as V8 counts them for its own profiler, in whatever thread asks. Nothing is changed in the
 * program for it. Counted is every module that is loaded from a file, but for what the fuzzer is made of.
 */
import { type Profiler, Session } from 'node:inspector'

export interface Coverage extends Disposable {
  /** What was reached since the last time. */
  take(): Reached
}

export interface Reached {
  /** A name for each block of code that ran, and for each that was passed by where the function around it ran. */
  readonly blocks: readonly string[]
  /** Those, and how often each ran, roughly. */
  readonly features: readonly string[]
}

const ownModules = /\/src\/testing\/(?!fuzz-planted)/

export function startCoverage(): Coverage {
  const session = new Session()
  session.connect()
  // An inspector of the same thread answers at once.
  function ask<T>(method: string, parameters: object = {}): T {
    let answer: T | undefined
    session.post(method, parameters, (error, result) => {
      if (error !== null) throw error
      answer = result as T
    })
    return answer!
  }
  ask('Profiler.enable')
  ask('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

  return {
    take() {
      const { result } = ask<Profiler.TakePreciseCoverageReturnType>('Profiler.takePreciseCoverage')
      const blocks: string[] = []
      const features: string[] = []
      for (const { scriptId, url, functions } of result) {
        if (!url.startsWith('file:') || ownModules.test(url)) continue
        for (const { ranges } of functions) {
          const calls = ranges[0]!.count
          for (const { startOffset, endOffset, count } of ranges) {
            const block = `${scriptId} ${startOffset} ${endOffset}`
            // What ran less often than its function was passed by at least once.
            if (count < calls) blocks.push(`${block} not`)
            if (count === 0) continue
            blocks.push(block)
            features.push(`${block} ${Math.floor(Math.log2(count))}`)
          }
        }
      }
      return { blocks, features: [...blocks, ...features] }
    },
    [Symbol.dispose]() {
      ask('Profiler.stopPreciseCoverage')
      session.disconnect()
    },
  }
}
