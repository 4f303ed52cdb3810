/**
 * `npm run hostile -- [--seconds N] [--only TEXT] [--bytes N]`: each attack of `attacks.ts` in turn on one of two honest devices, with how the
 * other is served before, meanwhile and after, and what the attacked one takes. Ends with 1 when something grew beyond its cap, stayed, or when
 * the attacked device told of a fault of its own.
 */

import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startAttackedPair } from './attacked-pair.ts'
import { attacks } from './attacks.ts'
import { burdenFaults, faultsAfter } from './burden-caps.ts'
import { makeTempDirectory } from './temp-directory.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    only: { type: 'string', default: '' },
    bytes: { type: 'string', default: String(16 * 1024 ** 2) },
  },
})

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const mib = (bytes: number) => (bytes / 1024 ** 2).toFixed(1)
const ratio = (one: number, other: number) => (one / other).toFixed(2)

const chosen = attacks.filter(({ name }) => name.includes(values.only))
if (chosen.length === 0)
  throw new Error(
    `no attack has "${values.only}" in its name:\n${attacks.map(({ name }) => name).join('\n')}`,
  )

await using root = await makeTempDirectory()
const seconds = Number(values.seconds)
let faults = 0

say('| attack | holds | done | transfer | delay of a file | memory MiB | handles | database MiB | log KiB |')
say('|---|---|---|---|---|---|---|---|---|')
await using pair = await startAttackedPair(root.path, { bytes: Number(values.bytes), times: 3 })
// The first time everything is compiled.
await pair.measure()
let calm = await pair.measure()
for (const attack of chosen) {
  const before = await pair.burden()
  const under = await pair.attack(attack.name)
  const startMs = performance.now()
  const meanwhile = await pair.measure()
  await pause(Math.max(0, seconds * 1000 - (performance.now() - startMs)))
  const elapsed = (performance.now() - startMs) / 1000
  const loaded = await pair.burden()
  const hits = under.hits()
  await under.end()
  const found = [...burdenFaults(attack, before, loaded, elapsed), ...(await faultsAfter(pair, before))]
  const after = await pair.burden()
  const calmAgain = await pair.measure()
  const usual = {
    bytesPerSecond: (calm.bytesPerSecond + calmAgain.bytesPerSecond) / 2,
    latencyMs: (calm.latencyMs + calmAgain.latencyMs) / 2,
  }
  const cells = [
    ...[attack.name, attack.holds, `${hits} in ${elapsed.toFixed(0)} s`],
    `${mib(usual.bytesPerSecond)} → ${mib(meanwhile.bytesPerSecond)} MiB/s (${ratio(meanwhile.bytesPerSecond, usual.bytesPerSecond)})`,
    `${usual.latencyMs.toFixed(0)} → ${meanwhile.latencyMs.toFixed(0)} ms (${ratio(meanwhile.latencyMs, usual.latencyMs)})`,
    [before, loaded, after].map(({ memoryBytes }) => mib(memoryBytes)).join(' → '),
    [before, loaded, after].map(({ handles }) => handles).join(' → '),
    [before, loaded, after].map(({ databaseBytes }) => mib(databaseBytes)).join(' → '),
    ((loaded.logBytes - before.logBytes) / 1024).toFixed(1),
  ]
  say(`| ${cells.join(' | ')} |`)
  for (const fault of found) say(`FAULT ${attack.name}: ${fault}`)
  faults += found.length
  calm = calmAgain
}
const errors = [pair.victim, pair.honest].flatMap((member) =>
  member.log().filter((line) => line.includes('"level":"error"')),
)
for (const error of errors) say(`FAULT ${error}`)
process.exitCode = faults + errors.length === 0 ? 0 : 1
