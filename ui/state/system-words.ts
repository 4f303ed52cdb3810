/** What of a machine is worth a warning, the worst first; and how the lights look in a strip. Pure. */
import type { LedPatternBody } from '../../src/api/schemas/leds.ts'
import type { System } from '../../src/api/schemas/system.ts'
import type { Tone } from './folder-words.ts'

/** From here on a Raspberry Pi slows down, and from there on by much. */
const warmDegrees = 80
const hotDegrees = 85
/** Databases and settings need little, and nothing goes without. */
const scarcePart = 0.05

export interface Concern {
  readonly tone: Tone
  readonly key: string
  readonly args?: Readonly<Record<string, string | number>>
}

export type Appliance = Extract<NonNullable<System['appliance']>, { hostName: string }>

/** Undefined where there is none, or its helper is away. */
export function applianceOf({ appliance }: System): Appliance | undefined {
  return appliance !== undefined && 'hostName' in appliance ? appliance : undefined
}

export function concernsOf(system: System): readonly Concern[] {
  const { power, temperature, diskErrors, storage } = system.machine
  const found: Concern[] = []
  if (power !== undefined && power !== 'good')
    found.push({ tone: power === 'low-now' ? 'problem' : 'waiting', key: `system-power-${power}` })
  if (temperature !== undefined && temperature >= warmDegrees)
    found.push({
      tone: temperature >= hotDegrees ? 'problem' : 'waiting',
      key: 'system-warm',
      args: { temperature },
    })
  for (const { device } of diskErrors)
    found.push({ tone: 'problem', key: 'system-disk-errors', args: { device } })
  if (storage !== undefined && storage.free < storage.total * scarcePart)
    found.push({ tone: 'problem', key: 'system-storage-scarce' })
  if (applianceOf(system)?.lastStart === 'crash') found.push({ tone: 'waiting', key: 'system-crash' })
  return found.sort((one, other) => Number(other.tone === 'problem') - Number(one.tone === 'problem'))
}

/** When it started; ISO 8601. */
export function startOf({ machine }: System, nowMs: number): string {
  return new Date(nowMs - machine.uptimeSeconds * 1000).toISOString()
}

// ---- lights -------------------------------------------------------------------------------------------------------------

/** Two seconds of a light, as a strip shows them. */
const stripMs = 2000

export interface Flash {
  /** Parts of the strip, 0 to 1. */
  readonly from: number
  readonly length: number
}

export function flashesOf(blink: LedPatternBody['status']): readonly Flash[] {
  if (blink === 'off') return []
  const cycle = blink === 'on' ? [stripMs] : blink
  const found: Flash[] = []
  // A cycle of nothing would never end.
  if (cycle.every((ms) => ms <= 0)) return []
  for (let at = 0, step = 0; at < stripMs; step++) {
    const ms = cycle[step % cycle.length]!
    const isLit = (step % cycle.length) % 2 === 0
    if (isLit && ms > 0) found.push({ from: at / stripMs, length: Math.min(ms, stripMs - at) / stripMs })
    at += ms
  }
  return found
}
