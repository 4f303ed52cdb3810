/**
 * The lines between the devices of a simulated run: each passes messages through the real codec, later, in order; chance cuts them.
 * No Noise: who is at the other end is simply known.
 */
import type { Link } from '../ports.ts'
import { decodeMessage, encodeMessage } from '../wire/message-codec.ts'
import { createLinkPair, type LinkPair } from './link-pair.ts'
import type { SeededChance } from './seeded-chance.ts'
import { type SimDevice, simFolderId } from './sim-device.ts'
import type { Liar } from './sim-liar.ts'
import { type Scheduler, SimFailure } from './sim-scheduler.ts'

export interface SimNetwork {
  isConnected(a: SimDevice, b: SimDevice): boolean
  /** `dialler` connects to `other`; nothing happens when either does not run. A second line beside one there is settled by the engines. */
  connect(dialler: SimDevice, other: SimDevice): void
  /** Every line between the two breaks, with what is under way. */
  cut(a: SimDevice, b: SimDevice): void
  cutAll(device: SimDevice): void
}

interface Line {
  readonly devices: readonly [SimDevice, SimDevice]
  readonly pair: LinkPair
}

const codec = { encode: encodeMessage, decode: decodeMessage }

export function createSimNetwork(
  scheduler: Scheduler,
  chance: SeededChance,
  liar?: { readonly device: SimDevice; readonly liar: Liar },
): SimNetwork {
  const lines = new Set<Line>()

  function linesOf(a: SimDevice, b?: SimDevice): Line[] {
    return [...lines].filter(({ devices }) => devices.includes(a) && (b === undefined || devices.includes(b)))
  }
  function cutLines(cut: readonly Line[]): void {
    for (const line of cut) {
      lines.delete(line)
      line.pair.cut()
    }
  }

  function endOf(device: SimDevice, link: Link): Link {
    return device.guard(device === liar?.device ? liar.liar.speaking(link) : link)
  }

  return {
    isConnected: (a, b) => linesOf(a, b).length > 0,
    connect(dialler, other) {
      if (dialler.folder === undefined || other.folder === undefined) return
      const label = `${dialler.name}-${other.name} carries`
      scheduler.note(`${dialler.name} connects to ${other.name}`)
      const pair = createLinkPair({
        folderId: simFolderId(),
        devices: [dialler.id, other.id],
        handshakeHash: chance.bytes(32),
        codec,
        deliver: (_, run) => scheduler.later(label, run),
        onBug: (thrown) =>
          scheduler.fail(new SimFailure('fault', `in a handler of ${label}: ${(thrown as Error).stack}`)),
      })
      const line: Line = { devices: [dialler, other], pair }
      lines.add(line)
      dialler.folder.attach(endOf(dialler, pair.ends[0]))
      other.folder.attach(endOf(other, pair.ends[1]))
      void Promise.race([pair.ends[0].closed, pair.ends[1].closed]).then(() => lines.delete(line))
    },
    cut(a, b) {
      scheduler.note(`${a.name}-${b.name} is cut`)
      cutLines(linesOf(a, b))
    },
    cutAll(device) {
      cutLines(linesOf(device))
    },
  }
}
