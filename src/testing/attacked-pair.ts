/**
 * Two honest devices, real processes, one of which is attacked: how well the other is served meanwhile, and what the attacked one takes of memory,
 * handles, database and log. Attackers run in a process of their own (`attack-worker.ts`), so that what they cost counts for nobody else.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '../cli/client.ts'
import { openSocketPath } from '../home.ts'
import { type Member, type Mesh, startMesh } from './mesh.ts'
import { memoryBytes, openHandles } from './process-facts.ts'
import { createSeededChance } from './seeded-chance.ts'
import { until } from './until.ts'

/** How an honest peer is served. */
export interface Service {
  readonly bytesPerSecond: number
  /** From a person's writing a small file until it lies at the other device, in the middle of several. */
  readonly latencyMs: number
}

/** What the attacked device takes. */
export interface Burden {
  readonly memoryBytes: number
  readonly handles: number
  readonly databaseBytes: number
  readonly logBytes: number
}

export interface AttackedPair extends AsyncDisposable {
  readonly mesh: Mesh
  readonly victim: Member
  readonly honest: Member
  burden(): Promise<Burden>
  /** Takes what it takes. */
  measure(): Promise<Service>
  attack(name: string): Promise<UnderAttack>
}

export interface UnderAttack {
  /** What was done so far. */
  hits(): number
  end(): Promise<void>
}

const worker = fileURLToPath(new URL('attack-worker.ts', import.meta.url))
const patienceSeconds = 240

export async function startAttackedPair(
  root: string,
  size: { readonly bytes: number; readonly times: number },
): Promise<AttackedPair> {
  await using stack = new AsyncDisposableStack()
  const set = { settleSeconds: 0, reserveBytes: 0, archive: false }
  const mesh = stack.use(
    await startMesh(root, [
      { name: 'victim', set },
      { name: 'honest', set },
    ]),
  )
  const [victim, honest] = mesh.members as [Member, Member]
  // What attackers ask for.
  for (let at = 0; at < 40; at += 1)
    await writeFile(victim.path(`asked ${at}`), Buffer.alloc(256 * 1024, `content ${at} `))
  await mesh.settle()
  const chance = createSeededChance(1)
  let round = 0

  async function arrival(from: Member, to: Member, name: string, data: Uint8Array): Promise<number> {
    const startMs = performance.now()
    await writeFile(from.path(name), data)
    // The watcher of a busy machine may be late: looking is not what is measured.
    await createClient(from.home, openSocketPath).post('/api/rescan')
    await until(
      `${name} arrives`,
      async () => (await stat(to.path(name))).size === data.length,
      patienceSeconds,
    )
    return performance.now() - startMs
  }

  const owned = stack.move()
  return {
    ...{ mesh, victim, honest },
    async burden() {
      const pid = victim.daemon.process.pid!
      const files = await readdir(join(victim.home, 'folders'))
      const sizes = await Promise.all(
        files.map(async (name) => (await stat(join(victim.home, 'folders', name))).size),
      )
      return {
        ...{ memoryBytes: memoryBytes(pid), handles: openHandles(pid) },
        databaseBytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
        logBytes: victim.log().reduce((sum, line) => sum + line.length + 1, 0),
      }
    },
    async measure() {
      round += 1
      const names: string[] = []
      const timesMs: number[] = []
      let transferMs = 0
      for (const [at, [from, to]] of (
        [
          [honest, victim],
          [victim, honest],
        ] as const
      ).entries()) {
        const large = `${round} large ${at}`
        transferMs += await arrival(from, to, large, chance.bytes(size.bytes))
        names.push(large)
        for (let nth = 0; nth < size.times; nth += 1) {
          const small = `${round} small ${at} ${nth}`
          timesMs.push(await arrival(from, to, small, chance.bytes(100)))
          names.push(small)
        }
      }
      for (const name of names) await rm(honest.path(name), { force: true })
      timesMs.sort((a, b) => a - b)
      return {
        bytesPerSecond: (2 * size.bytes * 1000) / transferMs,
        latencyMs: timesMs[Math.floor(timesMs.length / 2)]!,
      }
    },
    async attack(name) {
      const child: ChildProcess = fork(worker, [name, victim.daemon.listen, mesh.full], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      })
      let hits = 0
      child.on('message', (count) => {
        hits = Number(count)
      })
      const ended = once(child, 'exit')
      await Promise.race([once(child, 'message'), ended])
      if (child.exitCode !== null) throw new Error(`the attack could not be begun: ${name}`)
      return {
        hits: () => hits,
        async end() {
          child.kill('SIGKILL')
          await ended
        },
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
