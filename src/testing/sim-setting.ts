/**
 * What kind of run a simulated one is, drawn by its seed: how many devices and of what kind, on which disks, how much goes wrong. What came
 * later is drawn from a chance of its own, so that the seeds which once found something still stand for the same runs.
 */
import type { MemoryOptions } from './memory-files.ts'
import { createSeededChance, type SeededChance } from './seeded-chance.ts'

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
  /** What the disk of each device is, by its number; the first one's is plain. */
  readonly disks: readonly DiskKind[]
  /** What was being written in a power cut may be there in part. */
  readonly tears: boolean
  /** The device whose messages are changed, kept back and repeated now and then, until all is healed. */
  readonly liar: number | undefined
  /** Disks damage files without a sign, and people scrub. */
  readonly damages: boolean
}

export type DiskKind = keyof typeof diskKinds

/** Ways of file systems that sync has to live with. */
export const diskKinds = {
  plain: {},
  /** ext3, many cameras: whole seconds. */
  'whole seconds': { mtimeStepNs: 1_000_000_000n },
  'without links': { hardLinks: false, symbolicLinks: false },
  exfat: {
    caseSensitive: false,
    executable: false,
    hardLinks: false,
    symbolicLinks: false,
    mtimeStepNs: 10_000_000n,
  },
  fat: {
    caseSensitive: false,
    executable: false,
    hardLinks: false,
    symbolicLinks: false,
    mtimeStepNs: 2_000_000_000n,
  },
  /** HFS+: names are blind to case and come back decomposed. */
  decomposing: { caseSensitive: false, decomposes: true, mtimeStepNs: 1_000_000_000n },
} as const satisfies Record<string, MemoryOptions>

/** More files than any run has. */
export const noMassDelete = 500

/** What was drawn before there were odd disks, more than four devices, liars, and damage. */
export function plainly(seed: number): Partial<SimSetting> {
  const { roles } = drawFirst(createSeededChance(seed))
  return { roles, disks: roles.map(() => 'plain'), tears: false, liar: undefined, damages: false }
}

/** `chance` is the run's own, which goes on behind what was drawn here. */
export function drawSetting(seed: number, chance: SeededChance): SimSetting {
  const first = drawFirst(chance)
  const later = createSeededChance(seed).fork().fork()
  const more = later.pick([0, 0, 0, 0, 0, 1, 2])
  const roles = [...first.roles, ...drawRoles(later, more)]
  const oddness = later.pick([0, 0, 0.3, 1])
  const kinds = Object.keys(diskKinds) as DiskKind[]
  return {
    ...first,
    roles,
    disks: roles.map((_, index) => (index > 0 && later.happens(oddness) ? later.pick(kinds) : 'plain')),
    tears: later.happens(0.5),
    // The first one is what the others are compared with.
    liar: later.happens(0.15) ? 1 + later.below(roles.length - 1) : undefined,
    // Who has lost the database cannot know what a disk has done meanwhile.
    damages: later.happens(0.3) && !first.mayForget,
  }
}

function drawFirst(chance: SeededChance): Omit<SimSetting, 'disks' | 'tears' | 'liar' | 'damages'> {
  const others = 1 + chance.below(3)
  const takesTurns = chance.happens(0.25)
  return {
    roles: ['full', ...drawRoles(chance, others)],
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

function drawRoles(chance: SeededChance, count: number): SimSetting['roles'] {
  return Array.from({ length: count }, () => (chance.happens(0.75) ? 'full' : 'read-only'))
}
