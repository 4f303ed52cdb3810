/** What is written on both sides while the power may go at any moment: files that arrive, are changed and removed, noted before they are written. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { SeededChance } from '../../src/testing/seeded-chance.ts'
import type { Shell } from '../board.ts'
import type { Peer } from '../peer.ts'
import type { Ledger } from './ledger.ts'

export interface TrafficOptions {
  readonly peer: Peer
  readonly folderName: string
  /** The folder's directory on the host. */
  readonly directory: string
  /** The folder's directory on the device. */
  readonly deviceDirectory: string
  readonly shell: Shell
  readonly ledger: Ledger
  readonly chance: SeededChance
  /** Stands in the names of new files, so that no two runs write the same. */
  readonly tag: string
}

export interface Traffic {
  /** Ends writing. What a write that was under way did is noted. */
  stop(): Promise<{ readonly hostWrites: number; readonly deviceWrites: number }>
}

const largestBytes = 2 * 1024 ** 2
const smallBytes = 16 * 1024
const removedShare = 0.08
const changedShare = 0.35
/** Of what is written on the device itself. */
const waitingShare = 0.6
const restShare = 0.15
const longestRestMs = 1500
const shortPauseMs = 60

export function startTraffic(options: TrafficOptions): Traffic {
  const stopping = new AbortController()
  const { signal } = stopping
  const counts = { hostWrites: 0, deviceWrites: 0 }
  const running = [
    writeOnHost(options, counts, signal),
    writeOnDevice(options, counts, signal),
    confirmWhatArrived(options, signal),
  ]
  return {
    async stop() {
      stopping.abort()
      await Promise.all(running)
      return counts
    },
  }
}

async function writeOnHost(
  { directory, ledger, chance, tag }: TrafficOptions,
  counts: { hostWrites: number },
  signal: AbortSignal,
): Promise<void> {
  const paths: string[] = []
  const own = chance.fork()
  for (let number = 0; !signal.aborted; number += 1) {
    const isChange = paths.length > 0 && own.happens(changedShare)
    const path = isChange ? own.pick(paths) : `episodes-${own.below(4)}/${tag}-${number}.mp3`
    if (paths.length > 3 && own.happens(removedShare)) {
      const [gone] = paths.splice(own.below(paths.length), 1)
      ledger.noteRemoval(gone!)
      await rm(join(directory, gone!))
      ledger.noteDone(gone!)
      continue
    }
    if (!isChange) paths.push(path)
    const size = 1 + own.below(own.happens(0.2) ? largestBytes : smallBytes)
    const content = Buffer.alloc(size, `${path} ${number} ${own.below(2 ** 31)} `)
    ledger.note('host', path, content)
    await replace(directory, path, content)
    ledger.noteDone(path)
    counts.hostWrites += 1
    // In bursts: between them there is time for the device to say that it has everything.
    await pause(own.happens(restShare) ? own.below(longestRestMs) : own.below(shortPauseMs))
  }
}

/** Renamed into place, as careful programs do: half a file is never seen. */
async function replace(directory: string, path: string, content: Buffer): Promise<void> {
  const draft = join(dirname(directory), `draft of ${path.replaceAll('/', ' ')}`)
  await writeFile(draft, content)
  await mkdir(dirname(join(directory, path)), { recursive: true })
  await rename(draft, join(directory, path))
}

/** A person at the device itself, who mostly waits after a file until the disk has it. */
async function writeOnDevice(
  { deviceDirectory, shell, ledger, chance, tag }: TrafficOptions,
  counts: { deviceWrites: number },
  signal: AbortSignal,
): Promise<void> {
  const own = chance.fork()
  for (let number = 0; !signal.aborted; number += 1) {
    const path = `device-${tag}-${number}.txt`
    const [line, size] = [`${path} ${own.below(2 ** 31)}`, 1 + own.below(200_000)]
    const content = Buffer.alloc(size, `${line}\n`)
    ledger.note('device', path, content)
    const waits = own.happens(waitingShare)
    const file = `${deviceDirectory}/${path}`
    try {
      await shell(
        `yes '${line}' 2>/dev/null | head -c ${size} > ${file}${waits ? `; sync ${file}; sync ${deviceDirectory}` : ''}`,
      )
    } catch (error) {
      // It was cut off, as intended.
      if (signal.aborted) return
      throw error
    }
    ledger.noteDone(path)
    if (waits) ledger.confirm(new Map([[path, 0]]))
    counts.deviceWrites += 1
  }
}

/** The device says what it holds: from then on that must not get lost. */
async function confirmWhatArrived(
  { peer, folderName, ledger }: TrafficOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const mark = ledger.mark('host')
    try {
      await peer.settled(folderName, 60, signal)
    } catch (error) {
      if (signal.aborted) return
      throw error
    }
    if (!signal.aborted) ledger.confirm(mark)
    await pause(100)
  }
}
