/**
 * What is known of the machine itself: board, temperature, memory, processor, power, disks that report errors. Only calls that cost little, asked
 * when somebody looks and then kept for a while; nothing a person typed is ever passed on. What a machine does not tell is left out, never
 * made up.
 */
import { readdir, readFile } from 'node:fs/promises'
import { uptime } from 'node:os'
import { join } from 'node:path'
import type { Clock, Log } from '../ports.ts'
import type { ProcessorUse } from './processor-use.ts'

/** Pages look every few seconds, and each look at the temperature starts a shell. */
const keepMs = 5000

/** What a machine does not tell is left out. */
export interface MachineFacts {
  readonly model?: string
  readonly system?: string
  /** Degrees Celsius. */
  readonly temperature?: number
  readonly memory?: { readonly total: number; readonly available: number }
  readonly storage?: { readonly total: number; readonly free: number }
  readonly power?: Power
  /** The part of what the processor can do that was done lately, 0 to 1. */
  readonly busy?: number
  readonly uptimeSeconds: number
  readonly addresses: readonly OwnAddress[]
  readonly diskErrors: readonly DiskErrors[]
}

/** `low-before`: since the last start, not now. `throttled`: slowed down, mostly because it is too warm. */
export type Power = 'good' | 'low-now' | 'low-before' | 'throttled'

export interface OwnAddress {
  /** Of the interface. */
  readonly name: string
  readonly address: string
}

export interface DiskErrors {
  /** The partition. */
  readonly device: string
  readonly errors: number
}

/** What is used of `systeminformation`. */
export interface Survey {
  system(): Promise<{ readonly manufacturer: string; readonly model: string }>
  osInfo(): Promise<{ readonly distro: string; readonly release: string; readonly codename: string }>
  cpuTemperature(): Promise<{ readonly main: number | null }>
  mem(): Promise<{ readonly total: number; readonly available: number }>
}

export interface SystemFacts {
  read(): Promise<MachineFacts>
}

export interface SystemFactsNeeds {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log: Log
  readonly processor: Pick<ProcessorUse, 'busy'>
  /** Those others reach it at. */
  addresses(): readonly OwnAddress[]
  /** Room where the state of the device lies. */
  space(): Promise<{ readonly totalBytes: number; readonly freeBytes: number } | undefined>
  /** Loaded when it is first needed: most runs of a device never show it. */
  loadSurvey?(): Promise<Survey>
  /** Where the kernel tells of itself. */
  readonly sys?: string
}

export function createSystemFacts({
  clock,
  log,
  processor,
  addresses,
  space,
  loadSurvey = loadSystemInformation,
  sys = '/sys',
}: SystemFactsNeeds): SystemFacts {
  let lasting: Promise<Pick<MachineFacts, 'model' | 'system'>> | undefined
  let kept: { readonly untilMs: number; readonly facts: Promise<MachineFacts> } | undefined

  /** One source that fails takes nothing from the others. */
  async function orNothing<T>(what: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read()
    } catch (error) {
      log.debug({ error, what }, 'the machine does not tell this')
      return undefined
    }
  }

  async function readLasting(survey: Survey | undefined) {
    const board = await orNothing('board', async () => (await survey?.system())?.model)
    const tree = await orNothing('device tree', () => readText(join(sys, 'firmware/devicetree/base/model')))
    const os = await orNothing('system', async () => survey?.osInfo())
    const model = tree || board
    return {
      ...(model ? { model } : {}),
      ...(os === undefined || os.distro === '' ? {} : { system: systemName(os) }),
    }
  }

  async function look(): Promise<MachineFacts> {
    const survey = await orNothing('survey', loadSurvey)
    lasting ??= readLasting(survey)
    const [always, heat, memory, room, power, worn] = await Promise.all([
      lasting,
      orNothing('temperature', async () => (await survey?.cpuTemperature())?.main ?? undefined),
      orNothing('memory', async () => survey?.mem()),
      orNothing('space', space),
      readPower(sys),
      readDiskErrors(sys),
    ])
    const busy = processor.busy()
    return {
      ...always,
      ...(busy === undefined ? {} : { busy }),
      ...(heat === undefined ? {} : { temperature: Math.round(heat) }),
      ...(memory === undefined ? {} : { memory: { total: memory.total, available: memory.available } }),
      ...(room === undefined ? {} : { storage: { total: room.totalBytes, free: room.freeBytes } }),
      ...(power === undefined ? {} : { power }),
      uptimeSeconds: Math.round(uptime()),
      addresses: addresses(),
      diskErrors: worn,
    }
  }

  return {
    read() {
      const nowMs = clock.monotonicMs()
      if (kept === undefined || nowMs >= kept.untilMs) kept = { untilMs: nowMs + keepMs, facts: look() }
      return kept.facts
    },
  }
}

async function loadSystemInformation(): Promise<Survey> {
  const { default: survey } = await import('systeminformation')
  return survey
}

function systemName({ distro, release, codename }: Awaited<ReturnType<Survey['osInfo']>>): string {
  return [distro, release, codename && `(${codename})`].filter((part) => part !== '').join(' ')
}

// ---- what the kernel tells ----------------------------------------------------------------------------------------------

/**
 * Whether the supply is too weak. The driver `rpi_volt` has it on every kernel that knows the board, the firmware's own register only on
 * Raspberry Pi OS; undefined where neither is there.
 */
export async function readPower(sys: string): Promise<Power | undefined> {
  const throttled = await readText(join(sys, 'devices/platform/soc/soc:firmware/get_throttled')).catch(
    () => undefined,
  )
  if (throttled !== undefined && /^[0-9a-f]+$/i.test(throttled))
    return powerOfRegister(Number.parseInt(throttled, 16))
  for (const name of await namesIn(join(sys, 'class/hwmon'))) {
    const driver = await readText(join(sys, 'class/hwmon', name, 'name')).catch(() => '')
    if (driver !== 'rpi_volt') continue
    const alarm = await readText(join(sys, 'class/hwmon', name, 'in0_lcrit_alarm')).catch(() => undefined)
    if (alarm !== undefined) return alarm === '1' ? 'low-now' : 'good'
  }
  return undefined
}

/** Bits 0 to 3 are so now, 16 to 19 have been since the start: too little voltage, slowed down (1 and 2), too warm (3). */
export function powerOfRegister(bits: number): Power {
  if (bits & 0x1) return 'low-now'
  if (bits & 0xe) return 'throttled'
  return bits & 0x10000 ? 'low-before' : 'good'
}

/** Partitions whose ext4 has noted errors: the earliest sign of a disk that fails, and the only one that needs no rights. */
export async function readDiskErrors(sys: string): Promise<DiskErrors[]> {
  const found: DiskErrors[] = []
  for (const device of await namesIn(join(sys, 'fs/ext4'))) {
    const text = await readText(join(sys, 'fs/ext4', device, 'errors_count')).catch(() => '0')
    const errors = Number(text)
    if (Number.isSafeInteger(errors) && errors > 0) found.push({ device, errors })
  }
  return found
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return (await readdir(directory).catch(() => [])).sort()
}

/** Without the NUL that a device tree ends its texts with. */
async function readText(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).replaceAll('\0', '').trim()
}
