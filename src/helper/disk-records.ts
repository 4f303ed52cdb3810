/**
 * What the helper writes down of disks: the facts below /run, which everybody reads, and the names in the state partition. Each file
 * appears whole or not at all. A record that cannot be read counts as none: all of it can be found out again.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { Check } from 'typebox/value'
import { type DiskFacts, DiskFactsSchema } from '../appliance/disk-facts.ts'
import { replaceFile } from '../durable-file.ts'
import type { Surveyed } from './disk-survey.ts'
import { nameDisk, RememberedNames } from './mount-names.ts'
import type { Places } from './surroundings.ts'

const factsDirectory = ({ run }: Places): string => `${run}/disks`
const factsFile = (places: Places, device: string): string => `${factsDirectory(places)}/${device}.json`

export async function readFacts(places: Places, device: string): Promise<DiskFacts | undefined> {
  const json = await readJson(factsFile(places, device))
  return Check(DiskFactsSchema, json) && json.device === device ? json : undefined
}

export async function readAllFacts(places: Places): Promise<DiskFacts[]> {
  const files = await readdir(factsDirectory(places)).catch(() => [])
  const devices = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length))
  const all = await Promise.all(devices.map((device) => readFacts(places, device)))
  return all.filter((facts) => facts !== undefined)
}

/** A power cut takes /run as a whole, so nothing is flushed. */
export async function writeFacts(places: Places, facts: DiskFacts): Promise<void> {
  await mkdir(factsDirectory(places), { recursive: true, mode: 0o755 })
  const file = factsFile(places, facts.device)
  await writeFile(`${file}.new`, `${JSON.stringify(facts)}\n`, { mode: 0o644 })
  await rename(`${file}.new`, file)
}

export async function removeFacts(places: Places, device: string): Promise<void> {
  await rm(factsFile(places, device), { force: true })
}

/** The name a disk has or would have. With `keep` it is remembered. */
export async function nameFor(
  places: Places,
  { key, disk, fileSystem }: Surveyed,
  keep: boolean,
): Promise<string> {
  const file = `${places.state}/system/disks.json`
  const json = await readJson(file)
  const known = Check(RememberedNames, json) ? json : []
  const { name, remembered } = nameDisk(known, key, [fileSystem?.label ?? null, disk.model])
  if (keep && JSON.stringify(remembered) !== JSON.stringify(known)) {
    await mkdir(`${places.state}/system`, { recursive: true, mode: 0o755 })
    await replaceFile(file, `${JSON.stringify(remembered, undefined, 1)}\n`)
  }
  return name
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return undefined
  }
}
