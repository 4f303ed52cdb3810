/** What is on its way into a folder, and who has which part of a file: for people. Only reads. */
import { type BlockSet, countBlocks } from '../core/block-set.ts'
import { blockCount } from '../core/blocks.ts'
import { SyncError } from '../core/errors.ts'
import type { DeviceId } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import type { Version } from '../core/version.ts'
import type { FolderContext } from './folder-context.ts'
import type { Session } from './session.ts'
import type { Swarm } from './swarm.ts'
import type { Transfers } from './transfers.ts'

/** More stretches of a file than this are not told apart on a screen. */
const maxCells = 100

/** A file that is being put together here. */
export interface Transfer {
  readonly path: RelPath
  readonly sizeBytes: number
  readonly haveBytes: number
  readonly receivedPerSecond: number
  /** Peers known to have all or some of it. */
  readonly holders: number
  readonly asked: boolean
}

/** How full each of equal stretches of a file is, from first to last: 0 to 100. */
export type Cells = readonly number[]

export interface Parts {
  readonly path: RelPath
  readonly sizeBytes: number
  readonly here: Cells
  readonly peers: readonly { readonly id: DeviceId; readonly name: string; readonly cells: Cells }[]
}

/** There are at most as many as `Transfers` begins at a time. */
export function listTransfers(context: FolderContext, swarm: Swarm, transfers: Transfers): Transfer[] {
  const nowMs = context.clock.monotonicMs()
  const sessions = swarm.openSessions()
  return transfers.active().map(({ version, isAsked, speed }) => {
    const { path, root, sizeBytes } = version
    const haveBytes = bytesIn(version, context.unfinished.get(root)?.blocks)
    const holders = sessions.filter((session) => holdingOf(session, version, nowMs) !== 'nothing').length
    return {
      ...{ path, sizeBytes, haveBytes, holders, asked: isAsked },
      receivedPerSecond: speed.perSecond(nowMs, haveBytes),
    }
  })
}

/** Of a path as it is named in the folder. Throws `not-found` where that is no file. */
export function partsOf(
  { store, unfinished, clock, rootPath }: FolderContext,
  swarm: Swarm,
  path: string,
): Parts {
  const version = store.state(path as RelPath)?.winner
  if (version?.kind !== 'file') throw new SyncError('not-found', { what: `${path} in ${rootPath}` })
  const nowMs = clock.monotonicMs()
  const isHere = store.hereWithRoot(version.root).length > 0
  return {
    path: version.path,
    sizeBytes: version.sizeBytes,
    here: cellsOf(version, isHere ? 'everything' : (unfinished.get(version.root)?.blocks ?? 'nothing')),
    peers: swarm.openSessions().map((session) => ({
      id: session.link.peer,
      name: session.status().name,
      cells: cellsOf(version, holdingOf(session, version, nowMs)),
    })),
  }
}

/** Bytes of a file that so many of its right blocks are. */
export function bytesIn({ sizeBytes, blockSizeBytes }: Version, blocks: BlockSet | undefined): number {
  return Math.min(sizeBytes, (blocks?.size ?? 0) * blockSizeBytes)
}

type Holding = BlockSet | 'everything' | 'nothing'

/** Who tells of parts has not all of it; of whom nothing is known but that it was not said to lack it, has it. */
function holdingOf({ blocks, requests }: Session, version: Version, nowMs: number): Holding {
  const told = blocks.of(version.root)
  if (told !== undefined && told.blockCount === blockCount(version.sizeBytes, version.blockSizeBytes))
    return told.size > 0 ? told : 'nothing'
  return requests.askableMs(version) <= nowMs ? 'everything' : 'nothing'
}

function cellsOf({ sizeBytes, blockSizeBytes }: Version, holding: Holding): Cells {
  const blocks = blockCount(sizeBytes, blockSizeBytes)
  const count = Math.max(1, Math.min(maxCells, blocks))
  return Array.from({ length: count }, (_, cell) => {
    if (holding === 'everything') return 100
    if (holding === 'nothing') return 0
    const from = Math.floor((cell * blocks) / count)
    const to = Math.floor(((cell + 1) * blocks) / count)
    // What is not full must not look so.
    return Math.floor((countBlocks(holding, from, to) * 100) / (to - from))
  })
}
