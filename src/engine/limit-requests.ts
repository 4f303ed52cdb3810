/**
 * The asking side of a link under a rate limit: a block is asked for when its turn has come, and counts as asked for meanwhile, so that other
 * links are found to be less busy. Holds nothing for a block that waits.
 */
import type { Link } from '../ports.ts'
import type { Asking } from './rates.ts'
import type { Requests } from './requests.ts'

export function limitRequests(requests: Requests, link: Link, asking: Asking): Requests {
  let waitingBytes = 0
  let isClosed = false
  void link.closed.then(() => {
    isClosed = true
  })
  return {
    ...requests,
    get pendingBytes() {
      return requests.pendingBytes + waitingBytes
    },
    async block(content, offsetBytes, lengthBytes) {
      const turn = asking.turn(lengthBytes)
      if (turn !== undefined) {
        waitingBytes += lengthBytes
        await turn
        waitingBytes -= lengthBytes
        // Nobody answers for a request made of a closed link.
        if (isClosed) throw await link.closed
      }
      return requests.block(content, offsetBytes, lengthBytes)
    },
  }
}
