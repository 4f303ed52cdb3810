/** Links of a simulated mesh: two ends that come up and go down one after the other, as those of a connection do. What is said over them is not simulated. */
import { type ErrorCode, SyncError } from '../core/errors.ts'
import type { FolderId } from '../core/ids.ts'
import type { Clock, Link } from '../ports.ts'
import type { MeshMember } from './mesh-member.ts'

export interface MeshLink extends Link {
  readonly owner: MeshMember
  readonly delayMs: number
  other(): MeshLink
  /** Whether neither side has left it. */
  isAlive(): boolean
  /** Whether the hello of the other side has come. */
  hasHello: boolean
  /** The owner is gone without a word: the other side notices after a while. */
  cut(noticedAfterMs: number): void
}

export interface MeshWire {
  readonly folderId: FolderId
  readonly clock: Clock
  /** One way. */
  readonly delayMs: number
}

/** The ends at the one who dialled and at the one who was dialled. */
export function createMeshLinks(
  { folderId, clock, delayMs }: MeshWire,
  dialler: MeshMember,
  dialled: MeshMember,
): readonly [MeshLink, MeshLink] {
  let isAlive = true
  const here = createEnd(dialler, dialled, true, () => there)
  const there = createEnd(dialled, dialler, false, () => here)

  type End = MeshLink & { finish(code: ErrorCode): void }

  function createEnd(owner: MeshMember, peer: MeshMember, initiator: boolean, other: () => End): End {
    const { promise: closed, resolve } = Promise.withResolvers<SyncError>()
    const finish = (code: ErrorCode) => resolve(new SyncError(code))
    let isClosing = false
    return {
      ...{ folderId, owner, delayMs, initiator, closed, other, finish },
      ...{ peer: peer.device, address: peer.at, network: peer.at, via: 'direct', hasHello: false },
      handshakeHash: new Uint8Array(),
      traffic: { sentBytes: 0, receivedBytes: 0 },
      send: () => undefined,
      writable: async () => undefined,
      listen: () => undefined,
      isAlive: () => isAlive,
      close(code) {
        if (isClosing) return
        isClosing = true
        isAlive = false
        clock.after(delayMs, () => other().finish(code))
        clock.after(2 * delayMs, () => finish(code))
      },
      cut(noticedAfterMs) {
        isClosing = true
        isAlive = false
        finish('closing')
        clock.after(noticedAfterMs, () => other().finish('peer-stalled'))
      },
    }
  }

  return [here, there]
}
