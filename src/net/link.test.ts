import { describeLinkContract } from '../testing/link-contract.ts'
import { createTestContext, openLoopback } from '../testing/loopback.ts'
import { createManualClock } from '../testing/manual-clock.ts'

describeLinkContract('the link over a socket', async () => {
  const clock = createManualClock(0)
  const loopback = await openLoopback(createTestContext(clock), createTestContext(clock))
  return {
    a: loopback.dialled,
    b: loopback.accepted,
    [Symbol.asyncDispose]: () => loopback[Symbol.asyncDispose](),
  }
})
