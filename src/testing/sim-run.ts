/**
 * One simulated run, made by its seed alone: draws a setting, lets people and faults loose on a few devices, and asks the oracle whenever
 * everything has been healed and come to rest. What was drawn is kept as a script, which can be played instead of drawing.
 */
import type { RelPath } from '../core/path.ts'
import { defaultFolderSettings } from '../engine/settings.ts'
import { createSeededChance, type SeededChance } from './seeded-chance.ts'
import { createContents } from './sim-contents.ts'
import { createDeedDrawing } from './sim-deeds.ts'
import { createSimDevice, type Sabotage, type SimDevice } from './sim-device.ts'
import { createFaults } from './sim-faults.ts'
import { createLiar } from './sim-liar.ts'
import { createSimNetwork } from './sim-network.ts'
import * as oracle from './sim-oracle.ts'
import { createPeople } from './sim-person.ts'
import { createScheduler, type Scheduler, SimFailure } from './sim-scheduler.ts'
import { type Incident, isPassage, type Passage, type SimScript, type Step } from './sim-script.ts'
import { drawSetting, noMassDelete, type SimSetting } from './sim-setting.ts'

export interface SimOptions {
  readonly seed: number
  /** Things people do in the whole run. */
  readonly actions?: number
  /** How many events before a failure are told. */
  readonly traced?: number
  readonly sabotage?: Sabotage | undefined
  /** What the seed would draw otherwise. */
  readonly setting?: Partial<SimSetting>
  /** Played instead of what the seed would draw. */
  readonly steps?: readonly Step[]
}

export interface SimReport {
  /** The same for every run of the same seed (I12). */
  readonly digest: string
  readonly steps: number
  /** What happened, in words. */
  readonly story: readonly string[]
  readonly script: SimScript
  readonly trace: readonly string[]
  readonly failure: SimFailure | undefined
}

const defaultActions = 45
const stepLimit = 400_000
/** Longer than every time the engine waits before it tries again. */
const quietMs = 75_000
/** Simulated; what is not done by then never will be. */
const settleLimitMs = 40 * 60_000
const rescanSeconds = 30
/** Watched in the end for anything that still moves (I3). */
const silenceMs = 4 * 60_000
const maxProblems = 100
/** What a disk cannot hold under this name or of this kind: it comes to light as an edit when the way is free, by whomever, whenever. */
const hidingProblems: ReadonlySet<string> = new Set([
  'name-collides',
  'name-not-possible-here',
  'kind-not-possible-here',
])

export async function runSim(options: SimOptions): Promise<SimReport> {
  const chance = createSeededChance(options.seed)
  const setting = { ...drawSetting(options.seed, chance), ...options.setting }
  const scheduler = createScheduler({
    chance: chance.fork(),
    slowness: setting.slowness,
    stepLimit,
    traced: options.traced ?? 0,
  })
  const story: string[] = [`setting ${JSON.stringify(setting)}`]
  const steps: Step[] = []
  const noteRejection = (thrown: unknown): void => {
    const text = thrown instanceof Error ? thrown.stack : String(thrown)
    scheduler.fail(
      thrown instanceof SimFailure ? thrown : new SimFailure('fault', `a promise nobody waits for: ${text}`),
    )
  }
  process.on('unhandledRejection', noteRejection)
  let failure: SimFailure | undefined
  try {
    const world = createWorld({ setting, chance, scheduler, sabotage: options.sabotage, story })
    const play: Play = {
      now(incident) {
        steps.push(incident)
        world.happen(incident)
      },
      async during(passage) {
        steps.push(passage)
        await world.pass(passage)
      },
    }
    if (options.steps === undefined)
      await draw(world, setting, chance, options.actions ?? defaultActions, play)
    else for (const step of options.steps) isPassage(step) ? await play.during(step) : play.now(step)
    await world.checkSilence()
  } catch (thrown) {
    if (!(thrown instanceof SimFailure)) throw thrown
    failure = thrown
  } finally {
    process.off('unhandledRejection', noteRejection)
  }
  return {
    digest: scheduler.digest(),
    steps: scheduler.steps,
    story,
    script: { seed: options.seed, setting, steps },
    trace: scheduler.trace,
    failure,
  }
}

type World = ReturnType<typeof createWorld>

/** Where what was chosen goes. What happens in one moment is not waited for: nothing else comes in between. */
interface Play {
  now(incident: Incident): void
  during(passage: Passage): Promise<void>
}

/** Chooses what happens, step by step, from how things stand. */
async function draw(
  { devices, fullDevices, honestDevices, network, faults, deeds }: World,
  setting: SimSetting,
  chance: SeededChance,
  actions: number,
  play: Play,
): Promise<void> {
  function somebodyActs(device: SimDevice): void {
    const { index } = device
    const much = setting.massDeleteFiles !== noMassDelete && chance.happens(0.04)
    if (device.mounted !== device.own) return
    const deed = much ? deeds.drawRemoval(device) : deeds.draw(device)
    if (deed !== undefined) play.now({ kind: 'deed', device: index, deed })
  }

  function mingle(): void {
    for (const [at, a] of devices.entries()) {
      for (const b of devices.slice(at + 1)) {
        const isConnected = network.isConnected(a, b)
        if (chance.happens(isConnected ? 0.05 : setting.meeting))
          play.now({
            kind: 'connect',
            between: chance.happens(0.5) ? [a.index, b.index] : [b.index, a.index],
          })
        if (isConnected && setting.faultRate > 0 && chance.happens(0.05))
          play.now({ kind: 'cut', between: [a.index, b.index] })
      }
    }
  }

  for (const { index } of devices) play.now({ kind: 'start', device: index })
  const phases = setting.takesTurns ? 4 : 1 + chance.below(3)
  for (let phase = 0; phase < phases; phase++) {
    const turn = chance.pick(fullDevices)
    for (let done = 0; done < actions / phases; done++) {
      for (const device of devices) {
        faults.tend(device)
        if (faults.drawStart(device)) play.now({ kind: 'start', device: device.index })
      }
      if (chance.happens(setting.faultRate)) {
        const device = chance.pick(devices)
        play.now({ kind: 'trouble', device: device.index, trouble: faults.draw(device) })
      } else somebodyActs(setting.takesTurns ? turn : chance.pick(devices))
      mingle()
      await play.during(
        chance.happens(0.5)
          ? { kind: 'run', events: chance.pick([0, 1, 3, 10, 40, 150]) }
          : { kind: 'pass', durationMs: chance.pick([10, 250, 250, 1_200, 6_000, 40_000]) },
      )
    }
    await play.during({ kind: 'settle', lines: drawLines(devices, honestDevices, chance) })
  }
}

/**
 * Lines that connect everybody, and perhaps some more. Read-only devices with changes of their own pass nothing on, disks blind to case cannot hold
 * everything, and nobody can rely on a liar: they are at the ends.
 */
function drawLines(
  devices: readonly SimDevice[],
  honestDevices: readonly SimDevice[],
  chance: SeededChance,
): (readonly [number, number])[] {
  const lines: (readonly [number, number])[] = []
  for (const device of devices.slice(1)) {
    const earlier = devices.slice(0, device.index)
    const passesOn = ({ role, disk }: SimDevice) => role === 'full' && disk.caseSensitive
    const one = chance.pick(earlier.filter((other) => passesOn(other) && honestDevices.includes(other)))
    for (const other of earlier) {
      if (other === one || chance.happens(0.3))
        lines.push(chance.happens(0.5) ? [device.index, other.index] : [other.index, device.index])
    }
  }
  return lines
}

interface WorldOptions {
  readonly setting: SimSetting
  readonly chance: SeededChance
  readonly scheduler: Scheduler
  readonly sabotage: Sabotage | undefined
  readonly story: string[]
}

/** The devices with everything around them, on which steps are carried out. */
function createWorld({ setting, chance, scheduler, sabotage, story }: WorldOptions) {
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
      disk: setting.disks[index] ?? 'plain',
      hardLinks: setting.hardLinks,
      tears: setting.tears,
      delays: setting.delays,
      deafness: setting.deafness,
      changed: (device, path) => {
        try {
          oracle.checkWhole(contents, device, path)
        } catch (thrown) {
          scheduler.fail(thrown as SimFailure)
        }
      },
      sabotage,
    }),
  )
  const fullDevices = devices.filter(({ role }) => role === 'full')
  const lyingDevice = setting.liar === undefined ? undefined : devices[setting.liar]
  const honestDevices = devices.filter((device) => device !== lyingDevice)
  const forgetful = new Set<string>()
  /** What lay on devices when they forgot. */
  let unknown = new Map<number, oracle.Agreement>()
  const networkChance = chance.fork()
  const liar = lyingDevice && { device: lyingDevice, liar: createLiar(networkChance.fork()) }
  const network = createSimNetwork(scheduler, networkChance, liar)
  const faults = createFaults({
    devices,
    scheduler,
    chance: chance.fork(),
    network,
    mayForget: setting.mayForget,
    contents,
    damages: setting.damages,
    forgotten(device) {
      forgetful.add(device.name)
      unknown.set(device.index, oracle.agreementOf(device))
    },
  })
  const deeds = createDeedDrawing(chance.fork(), setting.oddNames)
  const people = createPeople(contents)
  let agreement: oracle.Agreement = new Map()
  let undecided: ReadonlySet<string> = new Set()
  /** Somebody took deletions back: beside whatever was done after them. */
  let tookBack = false
  let didHide = false

  function tell(words: string): void {
    const line = `${(clock.monotonicMs() / 1000).toFixed(1)}s step ${scheduler.steps}: ${words}`
    story.push(line)
    scheduler.note(`== ${words}`)
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

  async function settle(lines: readonly (readonly [number, number])[]): Promise<void> {
    faults.heal()
    liar?.liar.repent()
    tell('everything is healed and everybody waits')
    await waitForQuiet(lines)
    if (setting.damages) {
      tell('everybody scrubs')
      for (const { folder } of devices) folder?.startScrub()
      await waitForQuiet(lines)
    }
    tell('all is quiet')
  }

  async function waitForQuiet(lines: readonly (readonly [number, number])[]): Promise<void> {
    const startMs = clock.monotonicMs()
    let quietSinceMs = startMs
    let before = ''
    while (clock.monotonicMs() - quietSinceMs < quietMs) {
      if (clock.monotonicMs() - startMs > settleLimitMs)
        throw new SimFailure('settle', `still busy: ${whatIsBusy(devices)}`)
      for (const device of devices) {
        faults.tend(device)
        if (!device.isRunning) device.start()
      }
      for (const [a, b] of lines) connect(devices[a]!, devices[b]!)
      answerHalts()
      await scheduler.pass(1_000)
      noteHiding()
      const now = activity()
      const isScrubbing = setting.damages && devices.some(({ folder }) => folder?.scrub.running !== undefined)
      if (now !== before || isScrubbing) quietSinceMs = clock.monotonicMs()
      before = now
    }
  }

  function connect(a: SimDevice, b: SimDevice): void {
    if (!network.isConnected(a, b)) network.connect(a, b)
  }

  function judge(): void {
    try {
      judgeAll()
    } catch (thrown) {
      const { path } = thrown as SimFailure
      if (path !== undefined) story.push(...devices.flatMap((device) => oracle.explain(device, path)))
      throw thrown
    }
  }

  function hides({ store }: SimDevice): boolean {
    return store?.problems(maxProblems).some(({ code }) => hidingProblems.has(code)) ?? false
  }

  function noteHiding(): void {
    didHide ||= devices.some(hides)
  }

  function judgeAll(): void {
    for (const device of devices)
      for (const { path } of device.own.person.tree()) oracle.checkWhole(contents, device, path)
    for (const device of devices) oracle.checkApart(device)
    for (const device of devices) oracle.checkDatabase(device)
    if (lyingDevice === undefined) oracle.checkRepaired(contents, devices)
    const untrusted = new Set([...forgetful, ...(lyingDevice === undefined ? [] : [lyingDevice.name])])
    unknown = oracle.checkConvergence(honestDevices, people.touchedReadOnly, {
      forgetful: untrusted,
      unknown,
    })
    oracle.checkNothingLost(contents, devices, lyingDevice)
    const now = oracle.agreementOf(fullDevices[0]!)
    const forgot = faults.takeForgot()
    // Whoever takes a deletion back wants what was deleted beside what the person put in its place.
    const isPlain = !tookBack && !didHide && lyingDevice === undefined
    if (setting.takesTurns && isPlain) oracle.checkNoConflicts(agreement, now, people.journal)
    if (!forgot && isPlain) oracle.checkIntentions(agreement, now, people.journal, devices, undecided)
    tookBack = false
    didHide = devices.some(hides)
    agreement = now
    undecided = oracle.undecidedPaths(fullDevices[0]!, { forgetful })
    people.journal.clear()
  }

  return {
    devices,
    fullDevices,
    honestDevices,
    network,
    faults,
    deeds,
    happen(incident: Incident): void {
      for (const device of devices) faults.tend(device)
      const [a, b] = 'device' in incident ? [incident.device] : incident.between
      const device = devices[a]!
      switch (incident.kind) {
        case 'deed': {
          const words = device.byPerson(() => people.act(device, incident.deed))
          if (words !== undefined) tell(words)
          return
        }
        case 'trouble':
          return tell(faults.strike(device, incident.trouble))
        case 'start':
          if (!device.isRunning) device.start()
          return
        case 'connect':
          return network.connect(device, devices[b!]!)
        case 'cut':
          return network.cut(device, devices[b!]!)
      }
    },
    /** Throws `SimFailure`. */
    async pass(passage: Passage): Promise<void> {
      for (const device of devices) faults.tend(device)
      switch (passage.kind) {
        case 'run':
          await scheduler.run(passage.events)
          break
        case 'pass':
          await scheduler.pass(passage.durationMs)
          break
        case 'settle':
          await settle(passage.lines)
          judge()
          liar?.liar.sin()
      }
      noteHiding()
    },
    /** I3: with nothing left to do, nothing is done. */
    async checkSilence(): Promise<void> {
      const before = activity()
      await scheduler.pass(silenceMs)
      if (activity() !== before) throw new SimFailure('I3', `no silence: ${before} became ${activity()}`)
    },
  }
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
