/**
 * Who works during a soak: a person of the chaos run at each folder of a device, a large file beside what they do, and somebody who tidies up, so that the set of files stays as
 * large as it was. What is there does not grow; so nothing else has a reason to.
 */
import { mkdir, open, readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Chance, createChance, createPerson, type Person } from './chaos-person.ts'
import type { SoakDevice, SoakFolder } from './soak-devices.ts'

export interface Worker {
  /** Does one thing in one of the folders. */
  act(): Promise<void>
  /** Makes what there is to begin with. */
  fill(): Promise<void>
  /** Between rounds: directories that were undone are there again, and what was thrown away is gone for good. */
  refresh(): Promise<void>
  /** What was done so far. */
  done(): number
}

/** Few names, so that after a while each was there once: a deleted path is remembered for ever, and new ones would make the database grow. */
const world = { names: 2, depth: 2 }
/** Files, links and directories of one area. */
const maxEntries = 30
const minLargeBytes = 2 * 1024 ** 2
const maxLargeBytes = 20 * 1024 ** 2
const changeBytes = 64 * 1024
const largeShare = 0.01
const sharedArea = 'shared'
const largeArea = 'large'

const areaOf = (name: string): string => `of ${name}`

export function createWorker(device: SoakDevice, root: string, seed: number): Worker {
  const chance = createChance(seed)
  const desks = device.folders.map((folder, at) =>
    createDesk(
      device.name,
      folder,
      join(root, device.name, `graveyard ${at}`),
      createChance(seed * 100 + at),
    ),
  )
  return {
    async act() {
      await desks[Math.floor(chance() * desks.length)]!.act()
    },
    async fill() {
      for (const desk of desks) await desk.fill()
    },
    async refresh() {
      for (const desk of desks) await desk.refresh()
    },
    done: () => desks.reduce((sum, desk) => sum + desk.done(), 0),
  }
}

/** The work of one person in one folder. */
function createDesk(name: string, folder: SoakFolder, graveyard: string, chance: Chance): Worker {
  const { directory } = folder
  const own = areaOf(name)
  // In a read-only folder, also what others made is worked on.
  const areas = folder.role === 'full' ? [own, own, own, sharedArea] : [own, sharedArea]
  const person: Person = createPerson({
    name,
    folder: directory,
    graveyard,
    areas,
    chance,
    links: true,
    world,
  })
  const large = join(directory, largeArea, own)
  let largeDeeds = 0

  const someBytes = () => Buffer.alloc(changeBytes, `${name} ${chance()} `)

  async function makeLarge(): Promise<void> {
    const size = Math.floor(minLargeBytes + (maxLargeBytes - minLargeBytes) * chance() ** 3)
    await using file = await open(large, 'w')
    for (let at = 0; at < size; at += changeBytes) await file.write(someBytes(), 0, changeBytes, at)
  }

  async function changeLarge(): Promise<void> {
    await using file = await open(large, 'r+')
    const { size } = await file.stat()
    await file.write(someBytes(), 0, changeBytes, Math.floor(chance() * (size - changeBytes)))
  }

  async function workOnLarge(): Promise<void> {
    largeDeeds += 1
    const wish = chance()
    if (wish < 0.15) await rm(large, { force: true })
    else if (wish < 0.35) await makeLarge()
    else await changeLarge().catch(makeLarge)
  }

  return {
    async act() {
      if (folder.role === 'full' && chance() < largeShare) await workOnLarge()
      else await person.act()
      for (const area of new Set(areas)) await tidy(join(directory, area), chance)
    },
    async fill() {
      await mkdir(graveyard, { recursive: true })
      if (folder.role === 'full') {
        await person.fill(own, maxEntries - 5)
        await mkdir(join(directory, largeArea), { recursive: true })
        await makeLarge()
      }
      await this.refresh()
    },
    async refresh() {
      for (const area of areas) await mkdir(join(directory, area), { recursive: true })
      await rm(graveyard, { recursive: true, force: true })
      await mkdir(graveyard)
    },
    done: () => person.diary.length + largeDeeds,
  }
}

/** Removes one or the other of what is too much. */
async function tidy(area: string, chance: Chance): Promise<void> {
  const entries = await readdir(area, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => !entry.isDirectory())
  for (let tooMany = entries.length - maxEntries; tooMany > 0 && files.length > 0; tooMany -= 1) {
    const [entry] = files.splice(Math.floor(chance() * files.length), 1)
    await rm(join(entry!.parentPath, entry!.name), { recursive: true, force: true })
  }
  // Only an empty one goes, and whoever was faster is right.
  for (const entry of entries)
    if (entry.isDirectory()) await rmdir(join(entry.parentPath, entry.name)).catch(() => undefined)
}
