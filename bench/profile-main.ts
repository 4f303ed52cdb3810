/**
 * `node bench/profile-main.ts FILE.cpuprofile…`: where the time of a thread went, as `npm run bench -- --profiles DIR` wrote it: the functions
 * with the most time of their own, and with the most time below them, as a share of the time the thread was not idle.
 */
import { readFile } from 'node:fs/promises'

interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  readonly children?: readonly number[]
}

interface Profile {
  readonly nodes: readonly ProfileNode[]
  readonly samples: readonly number[]
  /** Microseconds. */
  readonly timeDeltas: readonly number[]
}

const shownRows = 25
/** V8's own words for a thread that waits. */
const waiting = new Set(['(idle)', '(program)', '(root)'])

function summarize({ nodes, samples, timeDeltas }: Profile): string {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const own = new Map<number, number>()
  for (const [at, id] of samples.entries()) own.set(id, (own.get(id) ?? 0) + timeDeltas[at]!)
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
  const self = new Map<string, number>()
  const total = new Map<string, number>()
  // A function that calls itself is counted once.
  function visit(node: ProfileNode, above: ReadonlySet<string>): number {
    const name = names.get(node.id)!
    const inside = new Set(above).add(name)
    const mine = own.get(node.id) ?? 0
    const all = (node.children ?? []).reduce((sum, child) => sum + visit(byId.get(child)!, inside), mine)
    self.set(name, (self.get(name) ?? 0) + mine)
    if (!above.has(name)) total.set(name, (total.get(name) ?? 0) + all)
    return all
  }
  const allMicroseconds = visit(nodes[0]!, new Set())
  const idle = self.get('(idle)') ?? 0
  const busy = allMicroseconds - idle
  const seconds = (microseconds: number) => (microseconds / 1e6).toFixed(2)
  return [
    `${seconds(busy)} s busy of ${seconds(allMicroseconds)} s, ${seconds(self.get('(program)') ?? 0)} s of it outside JavaScript`,
    ...rowsOf('own time', self, busy),
    ...rowsOf('with what it calls', total, busy),
  ].join('\n')
}

function rowsOf(title: string, times: ReadonlyMap<string, number>, busy: number): string[] {
  const largest = [...times].filter(([name]) => !waiting.has(name)).sort(([, a], [, b]) => b - a)
  const rows = largest
    .slice(0, shownRows)
    .map(([name, time]) => `  ${((time / busy) * 100).toFixed(1).padStart(5)} %  ${name}`)
  return [title, ...rows]
}

function nameOf({ functionName, url, lineNumber }: ProfileNode['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName
  return url === '' ? name : `${name} ${url.replace(/^.*\//, '')}:${lineNumber + 1}`
}

for (const file of process.argv.slice(2)) {
  const profile = JSON.parse(await readFile(file, 'utf8')) as Profile
  process.stdout.write(`\n== ${file.replace(/^.*\//, '')}\n${summarize(profile)}\n`)
}
