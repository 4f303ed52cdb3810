/**
 * Three real daemons (two full, one read-only), a person at each who never rests, and troubles that may come at any moment: daemons die or
 * stand still, disks vanish, lose their power, or are full. After each round all of it is over, everything has to settle, and nothing may be
 * lost, torn, invented, or told to whom it is not for.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type DiskKind, makeChaosDisk } from './chaos-disk.ts'
import {
  areaOf,
  check,
  checkDatabases,
  checkReader,
  faultsInLog,
  isAboutConflicts,
  needsOnlyWhatIsGone,
} from './chaos-oracle.ts'
import { createChance, createPerson, type Person } from './chaos-person.ts'
import { haunt, type Troubles, type Victim } from './chaos-trouble.ts'
import { type Member, startMesh } from './mesh.ts'
import { makeTempDirectory } from './temp-directory.ts'
import { until } from './until.ts'

export interface ChaosPlan {
  readonly seed: number
  readonly seconds: number
  /** Files to begin with, in all areas together. */
  readonly files: number
  /** What the folders of the three lie on. */
  readonly disks: readonly DiskKind[]
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
const lookEveryMs = 1_000
const repairSeconds = 20
/** Longer than a change takes to be seen and told. */
const quietSeconds = 10
const damageCodes: readonly string[] = ['file-damaged', 'own-file-damaged']
/** More of them say nothing new. */
const maxFaults = 30

const names = ['one', 'two', 'reader'] as const
const sharedArea = 'shared'

export async function runChaos(plan: ChaosPlan): Promise<ChaosReport> {
  const { seed, seconds, files, disks: kinds, say } = plan
  const startedMs = performance.now()
  const root = await makeTempDirectory()
  const faults: string[] = []
  const figures = { actions: 0, rounds: 0 }
  const troubles: Troubles = { kills: 0, stops: 0, vanished: 0, cuts: 0, older: 0 }
  let summary = ''
  await using made = new AsyncDisposableStack()
  made.use(root)
  const disks = await Promise.all(
    names.map(async (name, at) => made.use(await makeChaosDisk(root.path, `disk of ${name}`, kinds[at]!))),
  )
  {
    // Nothing but the proof that it is the right disk keeps a member whose disk is away from deleting everything.
    const set = { massDeletePercent: 100, reserveBytes: 1024 ** 2 }
    const mesh = made.use(
      await startMesh(
        root.path,
        names.map((name, at) => ({
          ...{ name, set, directory: disks[at]!.folder },
          role: name === 'reader' ? 'read-only' : 'full',
        })),
      ),
    )
    const { members } = mesh
    const settle = () => mesh.settle({ seconds: settleSeconds })
    const links = !kinds.includes('exfat')
    const victims = members.map((member, at): Victim => {
      const disk = disks[at]!
      const areas = [areaOf(member.name), sharedArea]
      const chance = createChance(seed * 7 + at)
      const person = createPerson({ ...disk, name: member.name, areas, chance, links })
      return { member, disk, person }
    })
    const people = victims.map(({ person }) => person)
    for (const person of people.slice(0, 2)) await person.fill(areaOf(person.name), Math.ceil(files / 3))
    await people[0]!.fill(sharedArea, Math.ceil(files / 3))
    await settle()
    for (const member of members) await mkdir(member.path(areaOf('reader')), { recursive: true })
    await settle()
    const paths = (await members[0]!.tree()).size
    say(`seed ${seed}, disks ${kinds.join(',')}: ${paths} paths to begin with, below ${root.path}`)

    const chance = createChance(seed)
    const workMs = seconds * 1000
    for (let doneMs = 0; doneMs < workMs && faults.every(isAboutConflicts); figures.rounds++) {
      const roundMs = Math.min(roundSeconds * 1000, workMs - doneMs)
      for (const disk of disks) await disk.setFull(true)
      const endMs = performance.now() + roundMs
      await Promise.all([
        ...people.map((person) => work(person, endMs)),
        ...victims.map((victim) => haunt(victim, chance, endMs, troubles)),
      ])
      doneMs += roundMs
      for (const disk of disks) await disk.setFull(false)
      try {
        await findDamage(victims)
        await settleAfterTrouble()
        const known = new Set(faults)
        faults.push(...(await check(victims)).filter((fault) => !known.has(fault)))
      } catch (error) {
        faults.push(String(error))
      }
      say(`round ${figures.rounds + 1}: ${sayFigures()}, ${faults.length} faults`)
    }

    /** What no disk has as it was any more is for people to decide about: they take it as it is. */
    async function settleAfterTrouble(): Promise<void> {
      const end = new AbortController()
      const keeping = keepDamaged(victims, end.signal)
      try {
        if (people.some(({ hasLostPower }) => hasLostPower)) await settleButForGone(members)
        else await settle()
      } finally {
        end.abort()
        await keeping
      }
    }

    async function work(person: Person, endMs: number): Promise<void> {
      while (performance.now() < endMs) {
        await person.act()
        figures.actions++
        await pause(chance() * maxPauseMs)
      }
    }

    function sayFigures(): string {
      const { kills, stops, vanished, cuts, older } = troubles
      const refusals = people.reduce((sum, person) => sum + person.refusals, 0)
      const halts = members
        .flatMap((member) => member.log())
        .filter((line) => line.includes('"code":"disk-full"'))
      return (
        `${figures.actions} actions, ${kills} kills, ${stops} stops, ${vanished} disks vanished, ${cuts} cut, ${older} older, ` +
        `${refusals} times no room for a person, ${halts.length} for a daemon`
      )
    }

    if (faults.every(isAboutConflicts)) faults.push(...(await checkReader(victims, settleAfterTrouble)))
    const conflicts = (await members[0]!.daemon.askJson('conflicts', '--limit', '10000')).conflicts.length
    const pathsLeft = (await members[0]!.tree()).size
    faults.push(...members.flatMap((member) => faultsInLog(member)))
    for (const member of members) await member.end()
    faults.push(...checkDatabases(members))
    if (faults.length > 0) await writeDiary(root.path, people)
    const written = people.reduce((sum, person) => sum + person.written.size, 0)
    const lost = faults.filter((fault) => fault.startsWith('I1')).length
    summary =
      `chaos: seed ${seed}, disks ${kinds.join(',')}, ${Math.round((performance.now() - startedMs) / 1000)} s, ` +
      `${figures.rounds} rounds, ${sayFigures()}, ${written} contents, ${pathsLeft} paths at the end, ` +
      `${conflicts} conflict copies, ${lost} contents lost, ${faults.length} faults`
  }
  if (plan.keep && faults.length > 0) {
    say(`everything is left below ${root.path}, its disks mounted`)
    made.move()
  }
  return { faults: faults.slice(0, maxFaults), summary }
}

/** As far as they can: contents that are gone for good stay needed. Nobody is waited for who has something to do. */
async function settleButForGone(members: readonly Member[]): Promise<void> {
  let quietSinceMs = performance.now()
  let quietLooks = 0
  for (const member of members) await member.daemon.ask('rescan')
  await until(
    'settled, but for what is gone',
    async () => {
      const states = await Promise.all(members.map((member) => member.status()))
      const isAtRest = states.every(
        ({ settled, halt, state, peers }) =>
          settled || (halt === undefined && state !== 'scanning' && peers.length === members.length - 1),
      )
      if (isAtRest && needsOnlyWhatIsGone(members)) quietLooks++
      else {
        quietLooks = 0
        quietSinceMs = performance.now()
      }
      return quietLooks > 1 && performance.now() - quietSinceMs > quietSeconds * 1000
    },
    settleSeconds,
  ).catch(async (error) => {
    const texts = await Promise.all(members.map((member) => member.daemon.ask('status')))
    throw new Error(texts.join('\n'), { cause: error })
  })
}

/** After a loss of power people have everything read again: what was written last may have the time of the new content and the old bytes. */
async function findDamage(victims: readonly Victim[]): Promise<void> {
  for (const { member, person } of victims) {
    if (!person.hasLostPower) continue
    await member.daemon.ask('scrub', member.directory)
    const isRead = async () =>
      (await member.daemon.askJson('scrub', member.directory, '--status')).running === undefined
    await until('all is read', isRead, settleSeconds)
  }
}

/** Only after a while: what another one has is repaired from there. */
async function keepDamaged(victims: readonly Victim[], signal: AbortSignal): Promise<void> {
  const startedMs = performance.now()
  while (!signal.aborted) {
    await pause(lookEveryMs)
    if (performance.now() - startedMs < repairSeconds * 1000) continue
    for (const { member } of victims) {
      const { problems } = await member.status()
      for (const { path, code } of problems) {
        if (!damageCodes.includes(code)) continue
        // It may have been repaired in this very moment.
        await member.daemon.ask('scrub', member.directory, '--keep', path).catch(() => undefined)
      }
    }
  }
}

async function writeDiary(root: string, people: readonly Person[]): Promise<void> {
  const lines = people.flatMap(({ diary }) => diary).sort()
  await writeFile(join(root, 'diary'), `${lines.join('\n')}\n`)
}
