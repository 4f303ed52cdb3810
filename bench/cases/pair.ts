/** The scene of most cases: a source that has a folder and knows what is in it, and a target that is to get it. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { checkSame, createArrival, settleDisk } from '../content.ts'
import type { Stage, StartOptions } from '../measures.ts'
import type { Cluster, RivalNode } from '../rival.ts'
import { pause } from '../wait.ts'

export const folder = 'folder'
/** What programs do after the last file, such as telling each other of it, is not part of what comes next. */
const restMs = 1500

export interface Pair extends AsyncDisposable {
  readonly cluster: Cluster
  readonly source: RivalNode
  readonly target: RivalNode
  readonly from: string
  readonly to: string
  /** The target starts to keep the folder; resolves when all of it is there. */
  fetch(): Promise<void>
  /** Everything is at rest: on the disk, and in the programs. */
  rest(): Promise<void>
  /** Throws unless both have the same. */
  check(): Promise<void>
}

/** `fill` writes the folder of the source and tells how many files there are. */
export async function startPair(
  stage: Stage,
  fill: (directory: string) => Promise<number>,
  options: StartOptions = {},
): Promise<Pair> {
  await using made = new AsyncDisposableStack()
  const [from, to] = [join(stage.scratch, 'source'), join(stage.scratch, 'target')]
  await mkdir(from)
  await mkdir(to)
  const files = await fill(from)
  const cluster = made.use(await stage.startCluster(2, options))
  const [source, target] = cluster.nodes as [RivalNode, RivalNode]
  await source.add(folder, from)
  await source.settled(folder, { directory: from, files })
  const rest = async (): Promise<void> => {
    await settleDisk()
    await pause(restMs)
  }
  await rest()
  const isThere = await createArrival(from, to)
  const owned = made.move()
  return {
    ...{ cluster, source, target, from, to, rest },
    async fetch() {
      await target.add(folder, to)
      await target.settled(folder, { directory: to, files, isThere })
    },
    check: () => checkSame(from, to),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
