/** What the machine says of itself. Looks, and changes nothing. */
import { readFile } from 'node:fs/promises'
import { cleanText } from './clean-text.ts'
import { readSsh, readTimeZone } from './host-settings.ts'
import { readLastStart } from './last-start.ts'
import type { Surroundings } from './surroundings.ts'
import type { DoneOf } from './verbs.ts'

type Description = DoneOf<'describe'>

export async function describe(
  surroundings: Surroundings,
  readReleases: () => Promise<Description['releases']>,
): Promise<Description> {
  const { places } = surroundings
  return {
    model: await readModel(surroundings),
    hostName: cleanText(await readFile(`${places.proc}/sys/kernel/hostname`, 'utf8'), 64) ?? 'localhost',
    timeZone: await readTimeZone(surroundings),
    lastStart: await readLastStart(surroundings),
    ssh: await readSsh(surroundings),
    releases: await readReleases(),
  }
}

/** A device tree names the board; a PC has it in its firmware. */
async function readModel({ places }: Surroundings): Promise<string | null> {
  const sources = [`${places.proc}/device-tree/model`, `${places.sys}/class/dmi/id/product_name`]
  for (const source of sources) {
    const model = cleanText(await readFile(source, 'utf8').catch(() => ''), 100)
    if (model !== null) return model
  }
  return null
}
