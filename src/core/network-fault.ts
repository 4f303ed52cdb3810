/**
 * Why something on the network came to nothing, as a closed list: a code for programs and for other languages, and its English words, which
 * stand behind a colon and have no full stop. What is on no list keeps the words it came with.
 */

export const reasonWords = {
  // Why a network did not lead to a place.
  'name-server-silent': 'no name server answers',
  'name-unknown': 'nobody knows its name',
  'no-address': 'its name has no address',
  refused: 'nothing listens there',
  'nobody-there': 'nobody is at this address, or no way leads there',
  'no-network': 'this device has no network that leads there',
  'no-answer': 'no answer',
  'broken-off': 'the connection was broken off',
  lost: 'the connection was lost',
  closed: 'the connection was closed',
  garbage: 'it answered with garbage',
  // Why a search does not go on.
  'clock-not-set': 'waits until the clock of this device is set',
  'not-asked-yet': 'not asked yet',
  connecting: 'being connected to',
  'looks-for-nodes': 'looks for nodes',
  'no-node-known': 'no bootstrap node is set (dhtBootstrap), and no other node is known',
  'no-node-answers': 'no node answers; it is tried again',
  'relay-full': 'it takes no more folders of one device',
  hampered: 'not everything works',
} as const

export type ReasonCode = keyof typeof reasonWords

/** Fills an error's data. */
export interface Reason {
  readonly reason: string
  readonly why?: ReasonCode
  /** What the system calls it; people search for it. */
  readonly system?: string
}

/** A fault of ours, not the system's. `words` where there is more to say than the code does. */
export class NetworkFault extends Error {
  readonly why: ReasonCode

  constructor(why: ReasonCode, words: string = reasonWords[why]) {
    super(words)
    this.name = 'NetworkFault'
    this.why = why
  }
}
