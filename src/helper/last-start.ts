/** How the machine ended before this start: a note is left at each orderly end, and taken away at each start. Without one it was no orderly end. */
import { Check } from 'typebox/value'
import { forget, keep, put, readKept } from './kept-file.ts'
import type { Surroundings } from './surroundings.ts'
import { type DoneOf, doneSchemas } from './verbs.ts'

export type LastStart = DoneOf<'describe'>['lastStart']

/** At the start, once. */
export async function noteStart({ places }: Surroundings): Promise<void> {
  const system = `${places.state}/system`
  const end = (await readKept(`${system}/last-end`))?.trim()
  const hasStarted = (await readKept(`${system}/started`)) !== undefined
  const isOrderly = end === 'reboot' || end === 'power-off'
  const last: LastStart = isOrderly ? end : hasStarted ? 'crash' : 'first'
  if (!hasStarted) await keep(`${system}/started`, '')
  if (end !== undefined) await forget(`${system}/last-end`)
  await put(`${places.run}/last-start`, `${last}\n`)
}

export async function readLastStart({ places }: Surroundings): Promise<LastStart> {
  const text = (await readKept(`${places.run}/last-start`))?.trim()
  return Check(doneSchemas.describe.properties.lastStart, text) ? text : 'crash'
}

/** When the service that settles ends. That can be because of a person, too: only an end of the whole machine counts. */
export async function noteEnd({ places, services }: Surroundings): Promise<void> {
  if ((await services.ask('is-system-running')).trim() !== 'stopping') return
  const jobs = await services.ask('list-jobs', '--no-legend', '--plain')
  await keep(`${places.state}/system/last-end`, /\breboot\.target\b/.test(jobs) ? 'reboot\n' : 'power-off\n')
}
