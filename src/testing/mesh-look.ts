/** What a simulated mesh looks like at a moment: who hangs together over links, how many links members have, and what they did since the last look. */
import type { MeshCounts, MeshMember } from './mesh-member.ts'

/** Who came less long ago is still looking for the others. */
const settledInMs = 60_000

export interface MeshMinute {
  readonly atMs: number
  readonly online: number
  /** Online for more than a minute. */
  readonly settled: number
  /** Of those: not in the largest part that hangs together. */
  readonly outside: number
  /** Of those outside: without any link. */
  readonly alone: number
  /** Members in the largest part besides the first that hang together; 0 when there is only one. */
  readonly secondPart: number
  /** Links of those that are settled, rising; of those that can be dialled, and of the others. */
  readonly links: { readonly reachable: readonly number[]; readonly unreachable: readonly number[] }
  /** Most sockets of one member, with those that are going. */
  readonly mostOpenLinks: number
  /** Of all members, since the last look. */
  readonly counts: MeshCounts
  /** Of one member. */
  readonly mostCounts: MeshCounts
}

/** Takes the counts of all members back to nothing. */
export function lookAtMesh(online: readonly MeshMember[], atMs: number): MeshMinute {
  const parts = partsOf(online)
  const [largest, second] = [...parts].sort((a, b) => b.size - a.size)
  const settled = online.filter(({ joinedMs }) => atMs - joinedMs > settledInMs)
  const outside = settled.filter((member) => !largest!.has(member))
  const linksOf = (members: readonly MeshMember[]) =>
    members.map((member) => livePeers(member).length).sort((a, b) => a - b)
  const counts: MeshCounts = { dials: 0, unreachable: 0, refused: 0, displaced: 0, accepted: 0, announced: 0 }
  const mostCounts: MeshCounts = { ...counts }
  for (const member of online) {
    for (const name of Object.keys(counts) as (keyof MeshCounts)[]) {
      counts[name] += member.counts[name]
      mostCounts[name] = Math.max(mostCounts[name], member.counts[name])
      member.counts[name] = 0
    }
  }
  return {
    ...{ atMs, online: online.length, settled: settled.length, outside: outside.length, counts, mostCounts },
    alone: outside.filter((member) => livePeers(member).length === 0).length,
    secondPart: second !== undefined && second.size > 1 ? second.size : 0,
    links: {
      reachable: linksOf(settled.filter(({ isReachable }) => isReachable)),
      unreachable: linksOf(settled.filter(({ isReachable }) => !isReachable)),
    },
    mostOpenLinks: Math.max(...online.map((member) => member.openLinks())),
  }
}

function livePeers(member: MeshMember): MeshMember[] {
  return member
    .peers()
    .filter((link) => link.isAlive())
    .map((link) => link.other().owner)
}

function partsOf(online: readonly MeshMember[]): Set<MeshMember>[] {
  const seen = new Set<MeshMember>()
  const parts: Set<MeshMember>[] = []
  for (const first of online) {
    if (seen.has(first)) continue
    const part = new Set([first])
    for (const member of part) for (const peer of livePeers(member)) part.add(peer)
    for (const member of part) seen.add(member)
    parts.push(part)
  }
  return parts
}
