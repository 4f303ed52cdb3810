/**
 * Makes the script of a failed run short: leaves out more and more of it as long as the same rule breaks. What is left is what a person has to
 * read. Who comes first is chance's, and chance takes another way when something is left out: so each shorter script gets a few tries.
 */
import type { Sabotage } from './sim-device.ts'
import { runSim } from './sim-run.ts'
import type { SimScript, Step } from './sim-script.ts'

/** With this seed, these steps break the rule. */
export interface Shrunk {
  readonly script: SimScript
  readonly tried: number
}

/** Other orders of events tried with each shorter script. */
const tries = 3

export async function shrink(
  script: SimScript,
  rule: string,
  { said, sabotage }: { readonly said?: (text: string) => void; readonly sabotage?: Sabotage } = {},
): Promise<Shrunk> {
  let shortest = script
  let tried = 0

  async function breaks(steps: readonly Step[]): Promise<SimScript | undefined> {
    for (let attempt = 0; attempt < tries; attempt++) {
      const candidate = { ...script, seed: shortest.seed + attempt, steps }
      tried++
      const { failure } = await runSim({ ...candidate, sabotage })
      if (failure?.rule === rule) return candidate
    }
    return undefined
  }

  for (let size = Math.ceil(script.steps.length / 2); size >= 1; ) {
    let isShorter = false
    for (let first = 0; first < shortest.steps.length; ) {
      const without = [...shortest.steps.slice(0, first), ...shortest.steps.slice(first + size)]
      const found = await breaks(without)
      if (found === undefined) first += size
      else {
        shortest = found
        isShorter = true
        said?.(`${shortest.steps.length} steps`)
      }
    }
    if (size === 1 && !isShorter) break
    size = size === 1 ? 1 : Math.ceil(size / 2)
  }
  return { script: shortest, tried }
}
