/** `npm run mesh-sim -- --set members=2000`: plays a mesh of members that come and go, and prints what came of it as JSON; `--minutes` prints each minute, too. */
import { parseArgs } from 'node:util'
import { defaultMeshPlan, type MeshPlan } from './mesh-plan.ts'
import { reportMesh } from './mesh-report.ts'
import { runMesh } from './mesh-sim.ts'

const usage = `npm run mesh-sim -- [--minutes] [--set KEY=VALUE[,VALUE]]…
keys: ${Object.keys(defaultMeshPlan).join(' ')}`

const { values } = parseArgs({
  options: {
    set: { type: 'string', multiple: true, default: [] },
    minutes: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

function say(value: unknown): void {
  process.stdout.write(`${typeof value === 'string' ? value : JSON.stringify(value)}\n`)
}

function settings(): Partial<MeshPlan> {
  return Object.fromEntries(
    values.set.map((text) => {
      const [key, value = ''] = text.split('=')
      if (key === undefined || !(key in defaultMeshPlan))
        throw new Error(`there is no key "${key}"\n${usage}`)
      const parts = value.split(',').map((part) => (Number.isNaN(Number(part)) ? part : Number(part)))
      return [key, parts.length === 1 ? parts[0] : parts]
    }),
  )
}

async function main(): Promise<void> {
  if (values.help) return say(usage)
  const plan = { ...defaultMeshPlan, ...settings() }
  const startedMs = performance.now()
  const outcome = await runMesh(plan)
  const runSeconds = Math.round((performance.now() - startedMs) / 100) / 10
  if (values.minutes)
    for (const { links, ...minute } of outcome.minutes)
      say({ ...minute, least: [links.reachable[0], links.unreachable[0]] })
  say({ plan, ...reportMesh(plan, outcome), runSeconds })
}

await main()
