/**
 * What has to hold after each round of a chaos: nothing lost, torn or invented, nothing told to whom it is not for, and everybody has the
 * same, as far as their disks can hold it. Only looks.
 */
import { readdirSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { nameOfContent } from './chaos-person.ts'
import type { Victim } from './chaos-trouble.ts'
import type { Member } from './mesh.ts'
import { differencesOf, type Tree } from './tree.ts'

/** Of exFAT through FUSE it is one second. */
const coarseNs = 2_000_000_000n

export const areaOf = (name: string): string => `of ${name}`

/** A needless conflict copy loses nothing, and is no reason to stop looking for worse. */
export function isAboutConflicts(fault: string): boolean {
  return fault.startsWith('I5')
}

/**
 * As `differencesOf`, but for what the disk of one of them cannot hold, and paths whose content is gone for good: there some may have an
 * older version still. What is waited for at rest is such a one, see `needsOnlyWhatIsGone`.
 */
function differencesBetween([one, oneTree]: Seen, [other, otherTree]: Seen): string[] {
  const isCoarse = [one, other].some(({ disk }) => disk.kind === 'exfat')
  const lines = isCoarse ? differencesOf(blur(oneTree), blur(otherTree)) : differencesOf(oneTree, otherTree)
  const gone = new Set([one, other].flatMap(({ member }) => neededBy(member)).map(({ path }) => path))
  return lines.filter((line) => !gone.has(pathOf(line)))
}

/** Of a line of `differencesOf`. */
function pathOf(line: string): string {
  return JSON.parse(/^"(?:[^"\\]|\\.)*"/.exec(line)![0])
}

type Seen = readonly [Victim, Tree]

function blur(tree: Tree): Tree {
  return new Map(
    [...tree].map(([path, entry]) => {
      const mtimeNs = entry.mtimeNs - (entry.mtimeNs % coarseNs)
      return [path, { ...entry, executable: false, mtimeNs }]
    }),
  )
}

/** `[one, two, reader]`, all at rest. */
export async function check(victims: readonly Victim[]): Promise<string[]> {
  const seen = await Promise.all(victims.map(async (each): Promise<Seen> => [each, await each.member.tree()]))
  const [one, two, reader] = seen
  const members = victims.map(({ member }) => member)
  const people = victims.map(({ person }) => person)
  const faults = differencesBetween(one!, two!).map((line) => `I2, the full nodes differ: ${line}`)
  faults.push(...(await checkReaderTree(one!, reader!)))

  const places = await Promise.all([
    ...members.flatMap(({ directory }) => [
      namesBelow(directory, '.sync'),
      namesBelow(join(directory, '.sync', 'archive')),
    ]),
    ...people.map(({ graveyard }) => namesBelow(graveyard)),
  ])
  const found = new Set(places.flatMap(({ names }) => [...names]))
  for (const person of people) {
    for (const name of person.written) {
      if (
        !found.has(name) &&
        !person.overwritten.has(name) &&
        !people.some((each) => each.overwritten.has(name))
      )
        faults.push(`I1, lost: ${name}; last words of ${person.name}: ${person.diary.at(-1)}`)
    }
  }
  for (const [at, { strangers }] of places.entries())
    faults.push(...strangers.map((path) => `nobody wrote ${path} (place ${at})`))
  for (const at of [0, 1, 2, 3]) {
    for (const name of places[at]!.names)
      if (name.startsWith('reader:')) faults.push(`E6, of the reader, at a full node: ${name} (place ${at})`)
  }
  // Who has lost what was not durable goes on from what there was before, beside what was told since.
  const areas = victims.filter(({ person }) => !person.hasLostPower).map(({ member }) => areaOf(member.name))
  for (const [{ member }, tree] of seen) {
    for (const path of tree.keys()) {
      if (path.includes('(conflict ') && areas.some((area) => path.startsWith(`${area}/`)))
        faults.push(`I5, a conflict with nobody, at ${member.name}: ${path}`)
    }
  }
  return faults
}

/** The reader has what the full nodes have, but for what is listed as changed there. */
async function checkReaderTree(full: Seen, reader: Seen): Promise<string[]> {
  const [{ member }] = reader
  const { changes } = await member.daemon.askJson('restore', member.directory, '--list')
  const local = new Set((changes as { path: string }[]).map(({ path }) => path))
  return differencesBetween(full, reader)
    .filter((line) => !local.has(pathOf(line)))
    .map((line) => `E6, the reader differs and does not say so: ${line}`)
}

/** After undoing everything local it is the same as the others. */
export async function checkReader(
  victims: readonly Victim[],
  settle: () => Promise<void>,
): Promise<string[]> {
  const [one, , reader] = victims
  const { member } = reader!
  await member.daemon.ask('restore', member.directory)
  await settle()
  const full: Seen = [one!, await one!.member.tree()]
  return differencesBetween(full, [reader!, await member.tree()]).map(
    (line) => `after restore the reader differs: ${line}`,
  )
}

/** Names of all whole contents below a directory, and files that are none of ours. */
async function namesBelow(
  directory: string,
  except?: string,
): Promise<{ names: Set<string>; strangers: string[] }> {
  const names = new Set<string>()
  const strangers: string[] = []
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || (except !== undefined && path.startsWith(join(directory, except)))) continue
    const name = nameOfContent(await readFile(path))
    if (name === undefined) strangers.push(path)
    else if (name !== 'torn') names.add(name)
  }
  return { names, strangers }
}

export function faultsInLog(member: Member): string[] {
  return member
    .log()
    .filter((line) => line.includes('"level":"error"') || !line.startsWith('{'))
    .map((line) => `log of ${member.name}: ${line}`)
}

/**
 * Whether the members need nothing but contents that lie at none of them: told by somebody whose disk then lost them. Such a content stays
 * needed, for whoever has it may be away, and another version stands in for it.
 */
export function needsOnlyWhatIsGone(members: readonly Member[]): boolean {
  const here = 'SELECT 1 FROM paths WHERE here_root = ? AND here_damage IS NULL'
  const isHere = ({ root }: Need) =>
    members.some((member) => ask(member, (database) => database.prepare(here).get(root)) !== undefined)
  return members.flatMap(neededBy).every((need) => need.kind === 'file' && !isHere(need))
}

interface Need {
  readonly path: string
  readonly kind: string
  readonly root: Buffer
}

function neededBy(member: Member): Need[] {
  const needs = 'SELECT path, winner_kind kind, winner_root root FROM paths WHERE need IS NOT NULL'
  return ask(member, (database) => database.prepare(needs).all() as Need[])
}

/** Asks the database of its only folder. */
function ask<T>({ home }: Member, question: (database: Database.Database) => T): T {
  const directory = join(home, 'folders')
  const file = readdirSync(directory).find((each) => each.endsWith('.db'))
  const database = new Database(join(directory, file!), { readonly: true })
  try {
    return question(database)
  } finally {
    database.close()
  }
}

export function checkDatabases(members: readonly Member[]): string[] {
  return members.flatMap((member) => {
    const answer = ask(member, (database) => database.pragma('integrity_check', { simple: true }))
    return answer === 'ok' ? [] : [`the database of ${member.name} is not sound: ${String(answer)}`]
  })
}
