/** `npm run rotation-sim -- --from N --count M`: plays simulated lives of folders whose secret is changed. Exit status 1 when one found a fault. */
import { runRotationSim } from './rotation-sim.ts'
import { playSeeds } from './seeds-main.ts'

await playSeeds(runRotationSim)
