/**
 * `npm run swarm-sim -- --members N`: plays a swarm under each policy (or one) and prints what came of it as JSON; `--plot FILE` draws
 * who was done when.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { defaultSwarmPlan, type SwarmPlan, swarmPolicies } from './swarm-plan.ts'
import { type SwarmCurve, swarmPlot } from './swarm-plot.ts'
import { doneTimes, fluidBoundSeconds, reportSwarm } from './swarm-report.ts'
import { runSwarm } from './swarm-sim.ts'

const usage = `npm run swarm-sim -- [--members N] [--seed N] [--policy NAME]… [--set KEY=NUMBER]… [--plot FILE]
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
      const [key, value] = text.split('=')
      return [key, Number(value)]
    }),
  )
}

function main(): void {
  if (values.help) return say(usage)
  const base = {
    ...defaultSwarmPlan,
    ...settings(),
    members: Number(values.members),
    seed: Number(values.seed),
  }
  const curves: SwarmCurve[] = []
  for (const name of values.policy) {
    const policy = swarmPolicies[name]
    if (policy === undefined) throw new Error(`there is no policy "${name}"\n${usage}`)
    const plan: SwarmPlan = { ...base, ...policy }
    const startedMs = performance.now()
    const outcome = runSwarm(plan)
    const runSeconds = Math.round((performance.now() - startedMs) / 100) / 10
    const memoryMiB = Math.round(process.resourceUsage().maxRSS / 1024)
    say(JSON.stringify({ policy: name, ...reportSwarm(plan, outcome), runSeconds, memoryMiB }))
    if (curves.length === 0)
      curves.push({
        name: 'fluid bound',
        seconds: outcome.members.map((_, at) =>
          fluidBoundSeconds(plan, outcome, (at + 1) / outcome.members.length),
        ),
      })
    curves.push({ name, seconds: doneTimes(outcome).map((ms) => ms / 1000) })
  }
  if (values.plot !== undefined)
    writeFileSync(values.plot, swarmPlot(`${base.members} subscribers`, base.members, curves))
}

main()
