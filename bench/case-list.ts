/** Every case, in the order it is run and printed. */
import { inserted, overwritten, renamed } from './cases/change.ts'
import { idle } from './cases/idle.ts'
import { indexLarge, indexMany, indexMillion } from './cases/indexing.ts'
import { latency } from './cases/latency.ts'
import { relay } from './cases/relay.ts'
import { resume } from './cases/resume.ts'
import { swarm } from './cases/swarm.ts'
import { bigFile, manyFiles } from './cases/transfer.ts'
import type { BenchCase } from './measures.ts'

export const cases: readonly BenchCase[] = [
  ...[indexLarge, indexMany, bigFile, manyFiles, overwritten, inserted, renamed],
  ...[idle, swarm, latency, resume, relay, indexMillion],
]
