/**
 * Three real daemons (two full, one read-only), a person at each who never rests, and daemons that die at any moment. After each
 * round everything has to settle, and nothing may be lost, torn, invented, or told to whom it is not for.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { createChance, createPerson, nameOfContent, type Person } from './chaos-person.ts'
import { type Member, startMesh } from './mesh.ts'
import { makeTempDirectory } from './temp-directory.ts'
import { differencesOf, type Tree } from './tree.ts'

export interface ChaosPlan {
  readonly seed: number
  readonly seconds: number
  /** Files to begin with, in all areas together. */
  readonly files: number
  /** Leaves everything in place when something was wrong. */
  readonly keep: boolean
  readonly say: (line: string) => void
}

export interface ChaosReport {
  /** What was wrong; empty when all is well. */
  readonly faults: readonly string[]
  /** One line of figures. */
  readonly summary: string
}

/** After so much work all rest, and everything is checked. */
const roundSeconds = 60
const settleSeconds = 240
/** Between two actions of one person, at most. */
const maxPauseMs = 120
/** A daemon lives so long at least, and at most so much longer. */
const minLifeMs = 2_000
const maxLifeMs = 20_000
const maxDownMs = 3_000
/** More of them say nothing new. */
const maxFaults = 30

const areaOf = (name: string): string => `of ${name}`
const sharedArea = 'shared'

export async function runChaos(plan: ChaosPlan): Promise<ChaosReport> {
  const { seed, seconds, files, say } = plan
  const startedMs = performance.now()
  const root = await makeTempDirectory()
  const faults: string[] = []
  const figures = { actions: 0, kills: 0, rounds: 0, conflicts: 0 }
  let summary = ''
  {
    const guard = { massDeletePercent: 100 }
    await using mesh = await startMesh(root.path, [
      { name: 'one', set: guard },
      { name: 'two', set: guard },
      { name: 'reader', role: 'read-only', set: guard },
    ])
    const { members } = mesh
    const people = await Promise.all(
      members.map((member, at) => settleDown(member, root.path, seed * 7 + at)),
    )
    for (const person of people.slice(0, 2)) await person.fill(areaOf(person.name), Math.ceil(files / 3))
    await people[0]!.fill(sharedArea, Math.ceil(files / 3))
    await mesh.settle({ seconds: settleSeconds })
    for (const member of members) await mkdir(member.path(areaOf('reader')), { recursive: true })
    await mesh.settle({ seconds: settleSeconds })
    say(`seed ${seed}: ${(await members[0]!.tree()).size} paths to begin with, below ${root.path}`)

    const chance = createChance(seed)
    const workMs = seconds * 1000
    for (let doneMs = 0; doneMs < workMs && faults.every(isAboutConflicts); figures.rounds++) {
      const roundMs = Math.min(roundSeconds * 1000, workMs - doneMs)
      const endMs = performance.now() + roundMs
      await Promise.all([
        ...people.map((person) => work(person, endMs)),
        ...members.map((member) => haunt(member, endMs)),
      ])
      doneMs += roundMs
      try {
        await mesh.settle({ seconds: settleSeconds })
        const known = new Set(faults)
        faults.push(...(await check(members, people)).filter((fault) => !known.has(fault)))
      } catch (error) {
        faults.push(String(error))
      }
      say(
        `round ${figures.rounds + 1}: ${figures.actions} actions, ${figures.kills} kills, ${faults.length} faults`,
      )
    }
    figures.actions = people.reduce((sum, { diary }) => sum + diary.length, 0)

    async function work(person: Person, endMs: number): Promise<void> {
      while (performance.now() < endMs) {
        await person.act()
        figures.actions++
        await pause(chance() * maxPauseMs)
      }
    }

    async function haunt(member: Member, endMs: number): Promise<void> {
      for (;;) {
        const lifeMs = minLifeMs + chance() * maxLifeMs
        if (performance.now() + lifeMs > endMs) return
        await pause(lifeMs)
        await member.end('SIGKILL')
        figures.kills++
        await pause(chance() * maxDownMs)
        await member.restart()
      }
    }

    if (faults.every(isAboutConflicts))
      faults.push(...(await checkReader(members, () => mesh.settle({ seconds: settleSeconds }))))
    const conflicts = (await members[0]!.daemon.askJson('conflicts', '--limit', '10000')).conflicts.length
    const paths = (await members[0]!.tree()).size
    faults.push(...members.flatMap((member) => faultsInLog(member)))
    for (const member of members) await member.end()
    faults.push(...(await checkDatabases(members)))
    if (faults.length > 0) await writeDiary(root.path, people)
    const written = people.reduce((sum, person) => sum + person.written.size, 0)
    summary =
      `chaos: seed ${seed}, ${((performance.now() - startedMs) / 60_000).toFixed(1)} minutes, ${figures.rounds} rounds, ` +
      `${figures.actions} actions, ${written} contents, ${figures.kills} kills, ${paths} paths at the end, ` +
      `${conflicts} conflict copies, ${faults.length} faults`
  }
  if (plan.keep && faults.length > 0) say(`everything is left below ${root.path}`)
  else await root[Symbol.asyncDispose]()
  return { faults: faults.slice(0, maxFaults), summary }
}

async function settleDown(member: Member, root: string, seed: number): Promise<Person> {
  const graveyard = join(root, member.name, 'graveyard')
  await mkdir(graveyard)
  const areas = [areaOf(member.name), sharedArea]
  return createPerson({
    name: member.name,
    folder: member.directory,
    graveyard,
    areas,
    chance: createChance(seed),
  })
}

/** A needless conflict copy loses nothing, and is no reason to stop looking for worse. */
function isAboutConflicts(fault: string): boolean {
  return fault.startsWith('I5')
}

// ---- checks -------------------------------------------------------------------------------------------------------------

async function check(members: readonly Member[], people: readonly Person[]): Promise<string[]> {
  const [one, two, reader] = await Promise.all(members.map((member) => member.tree()))
  const faults = differencesOf(one!, two!).map((line) => `I2, the full nodes differ: ${line}`)
  faults.push(...(await checkReaderTree(members[2]!, one!, reader!)))

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
  for (const [at, tree] of [one!, two!, reader!].entries()) {
    for (const path of tree.keys()) {
      const isOwn = members.some(({ name }) => path.startsWith(`${areaOf(name)}/`))
      if (isOwn && path.includes('(conflict '))
        faults.push(`I5, a conflict with nobody, at ${members[at]!.name}: ${path}`)
    }
  }
  return faults
}

/** The reader has what the full nodes have, but for what is listed as changed there. */
async function checkReaderTree(member: Member, full: Tree, reader: Tree): Promise<string[]> {
  const { changes } = await member.daemon.askJson('restore', member.directory, '--list')
  const local = new Set((changes as { path: string }[]).map(({ path }) => path))
  return differencesOf(full, reader)
    .filter((line) => !local.has(JSON.parse(/^"(?:[^"\\]|\\.)*"/.exec(line)![0])))
    .map((line) => `E6, the reader differs and does not say so: ${line}`)
}

/** After undoing everything local it is the same as the others. */
async function checkReader(members: readonly Member[], settle: () => Promise<void>): Promise<string[]> {
  const [one, , reader] = members
  await reader!.daemon.ask('restore', reader!.directory)
  await settle()
  return differencesOf(await one!.tree(), await reader!.tree()).map(
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

function faultsInLog(member: Member): string[] {
  return member
    .log()
    .filter((line) => line.includes('"level":"error"') || !line.startsWith('{'))
    .map((line) => `log of ${member.name}: ${line}`)
}

async function checkDatabases(members: readonly Member[]): Promise<string[]> {
  const faults: string[] = []
  for (const { name, home } of members) {
    for (const file of (await readdir(join(home, 'folders'))).filter((each) => each.endsWith('.db'))) {
      const database = new Database(join(home, 'folders', file))
      const answer = database.pragma('integrity_check', { simple: true })
      database.close()
      if (answer !== 'ok') faults.push(`the database of ${name} is not sound: ${String(answer)}`)
    }
  }
  return faults
}

async function writeDiary(root: string, people: readonly Person[]): Promise<void> {
  const lines = people.flatMap(({ diary }) => diary).sort()
  await writeFile(join(root, 'diary'), `${lines.join('\n')}\n`)
}
