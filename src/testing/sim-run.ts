/**
 * One simulated run, made by its seed alone: draws a setting, lets people and faults loose on a few devices, and asks the oracle whenever
 * everything has been healed and come to rest. Throws `SimFailure`, with the script of what people did.
 */
import type { RelPath } from '../core/path.ts'
import { defaultFolderSettings } from '../engine/settings.ts'
import { createSeededChance, type SeededChance } from './seeded-chance.ts'
import { createContents } from './sim-contents.ts'
import { createSimDevice, type Sabotage, type SimDevice } from './sim-device.ts'
import { createFaults } from './sim-faults.ts'
import { createSimNetwork } from './sim-network.ts'
import * as oracle from './sim-oracle.ts'
import { createPeople } from './sim-person.ts'
import { createScheduler, type Scheduler, SimFailure } from './sim-scheduler.ts'

export interface SimOptions {
  readonly seed: number
  /** Things people do in the whole run. */
  readonly actions?: number
  /** How many events before a failure are told. */
  readonly traced?: number
  readonly sabotage?: Sabotage
  /** What the seed would draw otherwise. */
  readonly setting?: Partial<SimSetting>
}

export interface SimReport {
  /** The same for every run of the same seed (I12). */
  readonly digest: string
  readonly steps: number
  readonly script: readonly string[]
  readonly trace: readonly string[]
  readonly failure: SimFailure | undefined
}

/** What kind of run it is. */
export interface SimSetting {
  readonly roles: readonly ('full' | 'read-only')[]
  /** One device at a time has somebody working at it, and all is at rest before the next has: nothing can collide (I5). */
  readonly takesTurns: boolean
  /** How often something goes wrong instead of somebody doing something. */
  readonly faultRate: number
  readonly mayForget: boolean
  readonly delays: number
  readonly slowness: number
  readonly deafness: number
  readonly archive: boolean
  readonly hardLinks: boolean
  readonly massDeleteFiles: number
  readonly oddNames: boolean
  /** How often two devices that are not connected become so. */
  readonly meeting: number
}

const defaultActions = 45
/** More files than any run has. */
const noMassDelete = 500
const stepLimit = 400_000
/** Longer than every time the engine waits before it tries again. */
const quietMs = 75_000
/** Simulated; what is not done by then never will be. */
const settleLimitMs = 40 * 60_000
const rescanSeconds = 30
/** Watched in the end for anything that still moves (I3). */
const silenceMs = 4 * 60_000

function drawSetting(chance: SeededChance): SimSetting {
  const others = 1 + chance.below(3)
  const takesTurns = chance.happens(0.25)
  return {
    roles: [
      'full',
      ...Array.from({ length: others }, () => (chance.happens(0.75) ? 'full' : 'read-only')),
    ] as SimSetting['roles'],
    takesTurns,
    faultRate: chance.pick([0, 0, 0.05, 0.15, 0.3]),
    mayForget: !takesTurns && chance.happens(0.4),
    delays: chance.pick([0.02, 0.1, 0.3, 1]),
    slowness: chance.pick([0, 0, 0.005, 0.05]),
    deafness: chance.pick([0, 0, 0.3, 1]),
    archive: chance.happens(0.85),
    hardLinks: chance.happens(0.9),
    massDeleteFiles: chance.happens(0.15) ? 4 : noMassDelete,
    oddNames: chance.happens(0.1),
    meeting: chance.pick([0.05, 0.2, 0.7]),
  }
}

export async function runSim(options: SimOptions): Promise<SimReport> {
  const chance = createSeededChance(options.seed)
  const setting = { ...drawSetting(chance), ...options.setting }
  const scheduler = createScheduler({
    chance: chance.fork(),
    slowness: setting.slowness,
    stepLimit,
    traced: options.traced ?? 0,
  })
  const script: string[] = [`setting ${JSON.stringify(setting)}`]
  const noteRejection = (thrown: unknown): void => {
    const text = thrown instanceof Error ? thrown.stack : String(thrown)
    scheduler.fail(
      thrown instanceof SimFailure ? thrown : new SimFailure('fault', `a promise nobody waits for: ${text}`),
    )
  }
  process.on('unhandledRejection', noteRejection)
  let failure: SimFailure | undefined
  try {
    await play(options, setting, chance, scheduler, script)
  } catch (thrown) {
    if (!(thrown instanceof SimFailure)) throw thrown
    failure = thrown
  } finally {
    process.off('unhandledRejection', noteRejection)
  }
  return { digest: scheduler.digest(), steps: scheduler.steps, script, trace: scheduler.trace, failure }
}

async function play(
  options: SimOptions,
  setting: SimSetting,
  chance: SeededChance,
  scheduler: Scheduler,
  script: string[],
): Promise<void> {
  const { clock } = scheduler
  const contents = createContents()
  const settings = {
    ...defaultFolderSettings,
    archive: setting.archive,
    massDeleteFiles: setting.massDeleteFiles,
    reserveBytes: 0,
    rescanSeconds,
  }
  const devices = setting.roles.map((role, index) =>
    createSimDevice({
      index,
      role,
      scheduler,
      chance: chance.fork(),
      settings,
      memory: { hardLinks: setting.hardLinks },
      delays: setting.delays,
      deafness: setting.deafness,
      changed: (device, path) => {
        try {
          oracle.checkWhole(contents, device, path)
        } catch (thrown) {
          scheduler.fail(thrown as SimFailure)
        }
      },
      sabotage: options.sabotage,
    }),
  )
  const fullDevices = devices.filter(({ role }) => role === 'full')
  const forgetful = new Set<string>()
  /** What lay on devices when they forgot. */
  let unknown = new Map<number, oracle.Agreement>()
  const network = createSimNetwork(scheduler, chance.fork())
  const faults = createFaults({
    devices,
    scheduler,
    chance: chance.fork(),
    network,
    mayForget: setting.mayForget,
    forgotten(device) {
      forgetful.add(device.name)
      unknown.set(device.index, oracle.agreementOf(device))
    },
  })
  const people = createPeople(chance.fork(), contents, setting.oddNames)
  let agreement: oracle.Agreement = new Map()
  let undecided: ReadonlySet<string> = new Set()
  /** Somebody took deletions back: beside whatever was done after them. */
  let tookBack = false
  let hadHiddenSpelling = false

  function tell(words: string): void {
    const line = `${(clock.monotonicMs() / 1000).toFixed(1)}s step ${scheduler.steps}: ${words}`
    script.push(line)
    scheduler.note(`== ${words}`)
  }

  function somebodyActs(device: SimDevice): void {
    const much = setting.massDeleteFiles !== noMassDelete && chance.happens(0.04)
    const words = device.byPerson(() => (much ? people.deleteMuch(device) : people.act(device)))
    if (words !== undefined) tell(words)
  }

  function mingle(): void {
    for (const [at, a] of devices.entries()) {
      for (const b of devices.slice(at + 1)) {
        const isConnected = network.isConnected(a, b)
        if (chance.happens(isConnected ? 0.05 : setting.meeting))
          chance.happens(0.5) ? network.connect(a, b) : network.connect(b, a)
        if (isConnected && setting.faultRate > 0 && chance.happens(0.05)) network.cut(a, b)
      }
    }
  }

  async function letTimePass(): Promise<void> {
    if (chance.happens(0.5)) await scheduler.run(chance.pick([0, 1, 3, 10, 40, 150]))
    else await scheduler.pass(chance.pick([10, 250, 250, 1_200, 6_000, 40_000]))
  }

  function answerHalts(): void {
    if (setting.massDeleteFiles === noMassDelete) return
    for (const device of devices) {
      if (device.folder?.status().halt?.code !== 'mass-delete') continue
      const held = device.folder.heldDeletes(1000)
      // Nobody can bring back what nobody else has ever got.
      const choice = held.every((path) => isElsewhere(device, path as RelPath))
        ? chance.pick(['confirm', 'undo'] as const)
        : 'confirm'
      if (choice === 'undo') {
        tookBack = true
        if (device.role === 'read-only') people.keepHere(device, held)
      }
      tell(`${device.name} answers a halt because of many deletions: ${choice}`)
      device.folder
        .settleDeletes(choice)
        .catch((thrown) => scheduler.fail(new SimFailure('fault', String(thrown))))
    }
  }

  function isElsewhere(device: SimDevice, path: RelPath): boolean {
    const winner = device.store?.state(path)?.winner
    if (winner?.kind !== 'file') return true
    return devices.some(
      (other) => other !== device && (other.store?.hereWithRoot(winner.root).length ?? 0) > 0,
    )
  }

  function activity(): string {
    return devices
      .map(({ activity: { changes, messages }, store }) => `${changes} ${messages} ${store?.lastSequence()}`)
      .join(' ')
  }

  async function settle(): Promise<void> {
    faults.heal()
    tell('everything is healed and everybody waits')
    const lines = randomLines(devices, chance)
    const startMs = clock.monotonicMs()
    let quietSinceMs = startMs
    let before = ''
    while (clock.monotonicMs() - quietSinceMs < quietMs) {
      if (clock.monotonicMs() - startMs > settleLimitMs)
        throw new SimFailure('settle', `still busy: ${whatIsBusy(devices)}`)
      faults.tend(true)
      for (const [a, b] of lines) if (!network.isConnected(a, b)) network.connect(a, b)
      answerHalts()
      await scheduler.pass(1_000)
      const now = activity()
      if (now !== before) quietSinceMs = clock.monotonicMs()
      before = now
    }
    tell('all is quiet')
  }

  function judge(): void {
    try {
      judgeAll()
    } catch (thrown) {
      const { path } = thrown as SimFailure
      if (path !== undefined) script.push(...devices.flatMap((device) => oracle.explain(device, path)))
      throw thrown
    }
  }

  /** A second spelling of a name waits where it lies, and comes to light as an edit when the first one goes: by whomever, whenever. */
  function hasHiddenSpelling({ folder }: SimDevice): boolean {
    return folder?.status().problems.some(({ code }) => code === 'name-collides') ?? false
  }

  function judgeAll(): void {
    for (const device of devices)
      for (const path of agreementPaths(device)) oracle.checkWhole(contents, device, path)
    for (const device of devices) oracle.checkApart(device)
    for (const device of devices) oracle.checkDatabase(device)
    unknown = oracle.checkConvergence(devices, people.touchedReadOnly, { forgetful, unknown })
    oracle.checkNothingLost(contents, devices)
    const now = oracle.agreementOf(fullDevices[0]!)
    const forgot = faults.takeForgot()
    // Whoever takes a deletion back wants what was deleted beside what the person put in its place.
    const isPlain = !tookBack && !hadHiddenSpelling
    if (setting.takesTurns && isPlain) oracle.checkNoConflicts(agreement, now, people.journal)
    if (!forgot && isPlain) oracle.checkIntentions(agreement, now, people.journal, devices, undecided)
    tookBack = false
    hadHiddenSpelling = devices.some(hasHiddenSpelling)
    agreement = now
    undecided = oracle.undecidedPaths(fullDevices[0]!, { forgetful })
    people.journal.clear()
  }

  const actions = options.actions ?? defaultActions
  const phases = setting.takesTurns ? 4 : 1 + chance.below(3)
  for (let phase = 0; phase < phases; phase++) {
    const turn = chance.pick(fullDevices)
    for (let done = 0; done < actions / phases; done++) {
      faults.tend(phase === 0 && done === 0)
      if (chance.happens(setting.faultRate)) tell(faults.strike(chance.pick(devices)))
      else somebodyActs(setting.takesTurns ? turn : chance.pick(devices))
      mingle()
      await letTimePass()
    }
    await settle()
    judge()
  }
  const before = activity()
  await scheduler.pass(silenceMs)
  if (activity() !== before) throw new SimFailure('I3', `no silence: ${before} became ${activity()}`)
}

function agreementPaths(device: SimDevice): string[] {
  return device.own.person.tree().map(({ path }) => path)
}

/** Lines that connect everybody, and perhaps some more. Read-only devices with changes of their own pass nothing on: they are at the ends. */
function randomLines(
  devices: readonly SimDevice[],
  chance: SeededChance,
): (readonly [SimDevice, SimDevice])[] {
  const lines: (readonly [SimDevice, SimDevice])[] = []
  for (const [at, device] of devices.entries()) {
    if (at === 0) continue
    const earlier = devices.slice(0, at)
    const one = chance.pick(earlier.filter(({ role }) => role === 'full'))
    for (const other of earlier) {
      if (other === one || chance.happens(0.3))
        lines.push(chance.happens(0.5) ? [device, other] : [other, device])
    }
  }
  return lines
}

function whatIsBusy(devices: readonly SimDevice[]): string {
  return devices
    .map(({ name, folder }) => {
      if (folder === undefined) return `${name} does not run`
      const { state, halt, needFiles, problems } = folder.status()
      return `${name} ${state} ${halt?.code ?? ''} needs ${needFiles} ${problems.map(({ path, code }) => `${path}: ${code}`).join(', ')}`
    })
    .join('; ')
}
