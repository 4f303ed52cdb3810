/** Draws what a person does next from what lies before them, with a tiny set of names, so that people often meet at one. */
import type { SeededChance } from './seeded-chance.ts'
import type { SimDevice } from './sim-device.ts'
import { freeWay } from './sim-person.ts'
import type { Deed } from './sim-script.ts'

export interface DeedDrawing {
  /** Undefined: nothing this time. */
  draw(device: SimDevice): Deed | undefined
  /** Most of what is there goes. */
  drawRemoval(device: SimDevice): Deed
}

const names = ['a', 'b.txt', 'c', 'd', 'e']
const rareNames = ['A', 'B.txt', 'caf\u00e9', 'a (conflict B 2026-01-01 000000)', 'x y', '.hidden']
const decomposed = 'cafe\u0301'
const maxDepth = 3

export function createDeedDrawing(chance: SeededChance, mayMeetOddNames: boolean): DeedDrawing {
  /** A path that may or may not be taken, in a directory that is there or in a new one. */
  function somePath(directories: readonly string[]): string {
    const parents = ['', '', ...directories.filter((path) => path.split('/').length < maxDepth)]
    let parent = chance.pick(parents)
    if (chance.happens(0.15)) parent = join(parent, chance.pick(names))
    return join(parent, someName())
  }

  function someName(): string {
    if (!chance.happens(0.12)) return chance.pick(names)
    return mayMeetOddNames && chance.happens(0.3) ? decomposed : chance.pick(rareNames)
  }

  function drawNew(device: SimDevice, directories: readonly string[]): Deed | undefined {
    const path = somePath(directories)
    const kind = device.own.person.stat(path)?.kind
    if (freeWay(device, path) === undefined || kind === 'directory' || kind === 'link') return undefined
    if (chance.happens(0.05)) return { kind: 'write', path, content: 'none', how: 'in place' }
    return { kind: 'write', path, content: chance.happens(0.02) ? 'new, large' : 'new', how: 'in place' }
  }

  function drawEdit({ own }: SimDevice, path: string): Deed {
    const dice = chance.below(10)
    const isLarge = dice >= 3 && own.person.stat(path)!.sizeBytes > 1000 && chance.happens(0.3)
    const edit = {
      kind: 'write',
      path,
      content: dice < 3 ? 'more' : isLarge ? 'new, large' : 'new',
      how: dice < 6 ? 'in place' : 'saved anew',
    } as const
    return chance.happens(0.15) ? { ...edit, time: chance.pick(['before', 'long before'] as const) } : edit
  }

  function drawTouch(path: string): Deed {
    if (chance.happens(0.5)) return { kind: 'touch', path }
    return { kind: 'touch', path, secondsBack: chance.below(100) }
  }

  function drawSwitch({ own }: SimDevice, path: string): Deed {
    if (own.person.stat(path)!.kind === 'directory' || chance.happens(0.5)) return { kind: 'switch', path }
    return { kind: 'switch', path, inside: chance.pick(names) }
  }

  return {
    draw(device) {
      const entries = device.own.person.tree()
      const files = entries.filter(({ kind }) => kind === 'file').map(({ path }) => path)
      const directories = entries.filter(({ kind }) => kind === 'directory').map(({ path }) => path)
      const anything = entries.map(({ path }) => path)
      const dice = chance.below(100)
      if (files.length === 0 || dice < 24) return drawNew(device, directories)
      if (dice < 42) return drawEdit(device, chance.pick(files))
      if (dice < 52) return { kind: 'remove', path: chance.pick(anything) }
      if (dice < 70) {
        const path = chance.pick(anything)
        const to = chance.happens(0.1) ? otherCase(path) : somePath(directories)
        return { kind: 'rename', path, to }
      }
      if (dice < 75) return { kind: 'copy', path: chance.pick(files), to: somePath(directories) }
      if (dice < 80) return drawTouch(chance.pick(files))
      if (dice < 84) return { kind: 'flip the mode', path: chance.pick(files) }
      if (dice < 90) return { kind: 'make a directory', path: somePath(directories) }
      if (dice < 95) return drawSwitch(device, chance.pick(anything))
      return { kind: 'link', path: somePath(directories) }
    },
    drawRemoval(device) {
      const there = device.own.person.names('').filter((name) => name !== '.sync')
      return { kind: 'remove much', keep: there.filter(() => chance.happens(0.15)) }
    },
  }
}

function join(parent: string, name: string): string {
  return parent === '' ? name : `${parent}/${name}`
}

function otherCase(path: string): string {
  const slash = path.lastIndexOf('/') + 1
  const name = path.slice(slash)
  return path.slice(0, slash) + (name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase())
}
