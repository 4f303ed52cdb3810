/**
 * `npm run swarm-sim -- --members N`: plays a swarm under each policy (or those named), each in a thread, and prints what came of it as JSON; `--plot FILE` draws
 * who was done when.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { defaultSwarmPlan, type SwarmPlan, swarmPolicies } from './swarm-plan.ts'
import { type SwarmCurve, swarmPlot } from './swarm-plot.ts'
import type { SwarmResult } from './swarm-worker.ts'

const usage = `npm run swarm-sim -- [--members N] [--seed N] [--policy NAME]… [--set KEY=NUMBER[,NUMBER]]… [--plot FILE]
policies: ${Object.keys(swarmPolicies).join('; ')}
keys: ${Object.keys(defaultSwarmPlan).join(' ')}`

const { values } = parseArgs({
  options: {
    members: { type: 'string', default: String(defaultSwarmPlan.members) },
    seed: { type: 'string', default: String(defaultSwarmPlan.seed) },
    policy: { type: 'string', multiple: true, default: Object.keys(swarmPolicies) },
    set: { type: 'string', multiple: true, default: [] },
    plot: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function settings(): Partial<SwarmPlan> {
  return Object.fromEntries(
    values.set.map((text) => {
      const [key, value = ''] = text.split('=')
      if (key === undefined || !(key in defaultSwarmPlan))
        throw new Error(`there is no key "${key}"\n${usage}`)
      const numbers = value.split(',').map(Number)
      return [key, numbers.length === 1 ? numbers[0] : numbers]
    }),
  )
}

function play(plan: SwarmPlan): Promise<SwarmResult> {
  const { promise, resolve, reject } = Promise.withResolvers<SwarmResult>()
  const worker = new Worker(new URL('./swarm-worker.ts', import.meta.url), { workerData: plan })
  worker.once('message', resolve)
  worker.once('error', reject)
  return promise
}

async function main(): Promise<void> {
  if (values.help) return say(usage)
  const base = {
    ...defaultSwarmPlan,
    ...settings(),
    members: Number(values.members),
    seed: Number(values.seed),
  }
  const results = await Promise.all(
    values.policy.map(async (name) => {
      const policy = swarmPolicies[name]
      if (policy === undefined) throw new Error(`there is no policy "${name}"\n${usage}`)
      const result = await play({ ...base, ...policy })
      const memoryMiB = Math.round(process.resourceUsage().maxRSS / 1024)
      say(JSON.stringify({ policy: name, ...result.report, runSeconds: result.runSeconds, memoryMiB }))
      return { name, ...result }
    }),
  )
  if (values.plot === undefined) return
  const curves: readonly SwarmCurve[] = [
    { name: 'fluid bound', seconds: results[0]!.boundSeconds },
    ...results.map(({ name, doneSeconds }) => ({ name, seconds: doneSeconds })),
  ]
  const title = `${base.members} subscribers, ${Math.round(base.fileBytes / 1024 ** 2)} MiB`
  writeFileSync(values.plot, swarmPlot(title, base.members, curves))
}

await main()
