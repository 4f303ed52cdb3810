/**
 * Who is in which topic of a relay, and telling them of each other (rule F3), each at a pace of its own however often members come and
 * go. Nothing here outlives the connections, and nothing is written down.
 */
import { drawFrom, fillBucket, fullBucket, untilFilledMs } from '../core/token-bucket.ts'
import type { Chance, Clock } from '../ports.ts'
import {
  maxMembersTold,
  memberIdBytes,
  type RelayMessage,
  relayFrame,
  type ToldMember,
} from '../wire/relay-protocol.ts'

/** Bytes a second in which one visitor is told of others: several full lists, and no burden on the relay's line however many flood it. */
const tellingRate = 8 * 1024

/** A device with a control connection. */
export interface Visitor {
  readonly network: string
  send(message: RelayMessage): void
}

export interface Topics {
  /** Again with another tag: the tag is changed. */
  join(visitor: Visitor, topic: string, tag: string): void
  leave(visitor: Visitor, topic: string): void
  /** Out of all topics: its connection is gone. */
  forget(visitor: Visitor): void
  countOf(visitor: Visitor): number
  /** The member of that id, if the visitor is in the same topic. */
  find(visitor: Visitor, id: string): Visitor | undefined
}

interface Member extends ToldMember {
  readonly visitor: Visitor
  readonly topic: string
}

/** What is known of a visitor. */
interface Presence {
  readonly membersByTopic: Map<string, Member>
  /** Topics it has not been told of since they changed, the longest waiting first. */
  readonly untold: Set<string>
  tell(): void
  stop(): void
}

export function createTopics({ clock, chance }: { readonly clock: Clock; readonly chance: Chance }): Topics {
  const membersByTopic = new Map<string, Set<Member>>()
  const membersById = new Map<string, Member>()
  const presences = new Map<Visitor, Presence>()

  function createPresence(visitor: Visitor): Presence {
    let bucket = fullBucket(tellingRate, clock.monotonicMs())
    let timer: Disposable | undefined
    const presence: Presence = {
      membersByTopic: new Map(),
      untold: new Set(),
      tell() {
        for (const topic of presence.untold) {
          if (timer !== undefined) return
          presence.untold.delete(topic)
          const message: RelayMessage = { kind: 'members', topic, members: othersIn(topic, visitor) }
          visitor.send(message)
          bucket = drawFrom(fillBucket(bucket, clock.monotonicMs()), relayFrame(message).length)
          const waitMs = untilFilledMs(bucket)
          if (waitMs > 0)
            timer = clock.after(waitMs, () => {
              timer = undefined
              presence.tell()
            })
        }
      },
      stop: () => timer?.[Symbol.dispose](),
    }
    return presence
  }

  /** All of them, or as many as may be told, chosen anew each time. */
  function othersIn(topic: string, visitor: Visitor): ToldMember[] {
    const others = [...(membersByTopic.get(topic) ?? [])].filter((member) => member.visitor !== visitor)
    for (let at = 0; at < maxMembersTold && others.length > maxMembersTold; at++) {
      const other = at + Math.floor(chance.fraction() * (others.length - at))
      ;[others[at], others[other]] = [others[other]!, others[at]!]
    }
    return others.slice(0, maxMembersTold).map(({ id, tag }) => ({ id, tag }))
  }

  function changed(topic: string): void {
    for (const { visitor } of membersByTopic.get(topic) ?? []) {
      const presence = presences.get(visitor)!
      presence.untold.add(topic)
      presence.tell()
    }
  }

  function add(member: Member): void {
    const members = membersByTopic.get(member.topic) ?? new Set()
    membersByTopic.set(member.topic, members.add(member))
    membersById.set(member.id, member)
    presences.get(member.visitor)!.membersByTopic.set(member.topic, member)
  }

  function remove(member: Member): void {
    const members = membersByTopic.get(member.topic)!
    members.delete(member)
    if (members.size === 0) membersByTopic.delete(member.topic)
    membersById.delete(member.id)
    const presence = presences.get(member.visitor)!
    presence.membersByTopic.delete(member.topic)
    presence.untold.delete(member.topic)
  }

  return {
    join(visitor, topic, tag) {
      const presence = presences.get(visitor) ?? createPresence(visitor)
      presences.set(visitor, presence)
      const before = presence.membersByTopic.get(topic)
      if (before !== undefined) remove(before)
      add({ visitor, topic, tag, id: chance.bytes(memberIdBytes).toString('hex') })
      changed(topic)
    },
    leave(visitor, topic) {
      const member = presences.get(visitor)?.membersByTopic.get(topic)
      if (member === undefined) return
      remove(member)
      changed(topic)
    },
    forget(visitor) {
      const presence = presences.get(visitor)
      if (presence === undefined) return
      presence.stop()
      const members = [...presence.membersByTopic.values()]
      for (const member of members) remove(member)
      presences.delete(visitor)
      for (const { topic } of members) changed(topic)
    },
    countOf: (visitor) => presences.get(visitor)?.membersByTopic.size ?? 0,
    find(visitor, id) {
      const member = membersById.get(id)
      if (member === undefined || member.visitor === visitor) return undefined
      return presences.get(visitor)?.membersByTopic.has(member.topic) ? member.visitor : undefined
    },
  }
}
