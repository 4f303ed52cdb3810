/** `npm run redeem-sim -- --from N --count M`: plays simulated runs of one-time secrets. Exit status 1 when one let two guests in. */
import { runRedeemSim } from './redeem-sim.ts'
import { playSeeds } from './seeds-main.ts'

await playSeeds(runRedeemSim)
