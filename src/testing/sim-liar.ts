/**
 * A member of a simulated folder that has the secret and does not keep to the protocol: now and then it keeps a message back, says one again,
 * or says another one than it means, with a bit turned anywhere in it. What no longer is a message at all is the fuzzer's business.
 */
import type { Link } from '../ports.ts'
import { decodeMessage, encodeMessage } from '../wire/message-codec.ts'
import type { Message } from '../wire/messages.ts'
import type { SeededChance } from './seeded-chance.ts'

export interface Liar {
  /** Its end of a link, as it uses it. */
  speaking(link: Link): Link
  /** From now on it is as good as its word. */
  repent(): void
  sin(): void
}

const lieProbability = 0.1
/** How many messages can be said again. */
const remembered = 20

export function createLiar(chance: SeededChance): Liar {
  let lies = true
  return {
    speaking(link) {
      const said: Message[] = []
      return {
        ...link,
        send(message, sent) {
          said.push(message)
          if (said.length > remembered) said.shift()
          const spoken = lies && chance.happens(lieProbability) ? distort(message, said, chance) : [message]
          for (const [at, each] of spoken.entries())
            link.send(each, at === spoken.length - 1 ? sent : undefined)
          if (spoken.length === 0) sent?.()
        },
      }
    },
    repent() {
      lies = false
    },
    sin() {
      lies = true
    },
  }
}

function distort(message: Message, said: readonly Message[], chance: SeededChance): Message[] {
  switch (chance.below(4)) {
    case 0:
      return []
    case 1:
      return [message, chance.pick(said)]
    default:
      return turnBit(message, chance)
  }
}

function turnBit(meant: Message, chance: SeededChance): Message[] {
  const bytes = Buffer.concat(encodeMessage(meant))
  const at = chance.below(bytes.length)
  bytes[at]! ^= 1 << chance.below(8)
  try {
    const message = decodeMessage(bytes)
    return message === undefined ? [] : [message]
  } catch {
    return []
  }
}
