/**
 * Keeps links to the predefined hosts of every folder. Owns the list of targets, and knows which devices are linked, so that a host
 * which turns out to be a peer that is linked already is left alone until that link ends.
 */
import type { DeviceId, FolderId } from '../core/ids.ts'
import type { Link } from '../ports.ts'
import type { LinkContext } from './dial.ts'
import {
  createDialTarget,
  type DialResult,
  type DialTarget,
  type Resolve,
  resolveName,
} from './dial-target.ts'
import type { Membership } from './membership.ts'

export interface DialerOptions extends LinkContext {
  /** Takes over a link. It has been noted already. */
  readonly onLink: (link: Link) => void
  /** IP addresses of a name; the system's resolver when left out. */
  readonly resolve?: Resolve
}

export interface Dialer extends AsyncDisposable {
  /** The hosts (`host:port`) to keep a folder linked to, instead of those before. Links there are stay. */
  setTargets(membership: Membership, hosts: readonly string[]): void
  /** Tells of a link somebody else made, so that its peer is not dialled while it lives. */
  noteLink(link: Link): void
  /** What came of each host of a folder. */
  results(folderId: FolderId): readonly DialResult[]
}

export function createDialer(options: DialerOptions): Dialer {
  const targetsByFolder = new Map<FolderId, readonly DialTarget[]>()
  const links = new Set<Link>()
  const resolve = options.resolve ?? resolveName
  /** Targets that are being let go. */
  const leaving = new Set<Promise<void>>()

  function drop(target: DialTarget): void {
    const left = Promise.resolve(target[Symbol.asyncDispose]()).finally(() => leaving.delete(left))
    leaving.add(left)
  }

  function isLinked(folderId: FolderId, peer: DeviceId): boolean {
    return [...links].some((link) => link.folderId === folderId && link.peer === peer)
  }

  function noteLink(link: Link): void {
    if (links.has(link)) return
    links.add(link)
    void link.closed.then(() => {
      links.delete(link)
      if (isLinked(link.folderId, link.peer)) return
      for (const target of targetsByFolder.get(link.folderId) ?? []) target.peerGone(link.peer)
    })
  }

  return {
    setTargets(membership, hosts) {
      const before = targetsByFolder.get(membership.folderId) ?? []
      const wanted = new Set(hosts)
      const isSame = before.length === wanted.size && before.every((target) => wanted.has(target.host))
      if (isSame) return
      for (const target of before) {
        if (wanted.has(target.host)) target.reconsider()
        else drop(target)
      }
      const after = [...wanted].map(
        (host) =>
          before.find((target) => target.host === host) ??
          createDialTarget(membership, host, {
            ...options,
            resolve,
            isLinked: (peer) => isLinked(membership.folderId, peer),
            onLink(link) {
              noteLink(link)
              options.onLink(link)
            },
          }),
      )
      if (after.length > 0) targetsByFolder.set(membership.folderId, after)
      else targetsByFolder.delete(membership.folderId)
    },
    noteLink,
    results: (folderId) => (targetsByFolder.get(folderId) ?? []).map((target) => target.result()),
    async [Symbol.asyncDispose]() {
      for (const target of [...targetsByFolder.values()].flat()) drop(target)
      targetsByFolder.clear()
      await Promise.all(leaving)
    },
  }
}
