/**
 * `npm run demo`: a publisher and a listener as two real daemons on this machine, and what happens between them in words. Everything
 * lies in a temporary directory and is gone afterwards. With `--once` it ends by itself after the new episode has arrived.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { sizeToText } from '../cli/print.ts'
import { type Daemon, startDaemon } from './daemon.ts'

const lookEveryMs = 200
const untilNextEpisodeMs = 4000

const isOnce = process.argv.includes('--once')
const stop = new AbortController()
// Not once: a terminal and npm each send it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Shows a command as a person would type it, and runs it. */
async function type(who: string, daemon: Daemon, ...args: string[]): Promise<string> {
  say(`\n[${who}] $ berrysync ${args.join(' ')}`)
  const out = await daemon.ask(...args)
  if (out !== '') say(out.trimEnd().replace(/^/gm, '    '))
  return out
}

/** Files below a directory with their sizes; the folder's own hidden directory is not of interest. */
async function listFiles(directory: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>()
  for (const name of await readdir(directory, { recursive: true })) {
    if (name.startsWith('.sync')) continue
    const found = await stat(join(directory, name)).catch(() => undefined)
    if (found?.isFile()) sizes.set(name, found.size)
  }
  return sizes
}

/** Tells of every file that appears in a directory, until asked to stop or `isEnough` of what was seen. */
async function tellArrivals(directory: string, seen: Set<string>, isEnough: () => boolean): Promise<void> {
  while (!stop.signal.aborted && !isEnough()) {
    for (const [name, size] of await listFiles(directory)) {
      if (seen.has(name)) continue
      seen.add(name)
      say(`[listener] received ${name} (${sizeToText(size)})`)
    }
    await pause(lookEveryMs, undefined, { signal: stop.signal }).catch(() => undefined)
  }
}

async function writeSamples(directory: string): Promise<string[]> {
  const samples: [string, string | Buffer][] = [
    ['welcome.txt', 'Whoever holds the read-only secret receives every episode.\n'],
    ['episodes/001 The first one.mp3', randomBytes(6_000_000)],
    ['episodes/001 The first one.txt', 'Show notes: we explain what this is about.\n'],
    ['artwork/cover.svg', '<svg xmlns="http://www.w3.org/2000/svg"><circle r="50" fill="crimson"/></svg>\n'],
  ]
  for (const [name, content] of samples) {
    await mkdir(join(directory, name, '..'), { recursive: true })
    await writeFile(join(directory, name), content)
  }
  return samples.map(([name]) => name)
}

async function startNamed(root: string, name: string): Promise<Daemon> {
  const setup = join(root, name, 'setup.json')
  await writeFile(setup, JSON.stringify({ name }))
  return startDaemon(join(root, name, 'state'), ['--config', setup])
}

async function play(root: string): Promise<void> {
  const [from, to] = [join(root, 'publisher', 'podcast'), join(root, 'listener', 'podcast')]
  await Promise.all([mkdir(from, { recursive: true }), mkdir(to, { recursive: true })])
  const samples = await writeSamples(from)

  say(`Two devices on this machine, everything below ${root}`)
  await using publisher = await startNamed(root, 'publisher')
  await using listener = await startNamed(root, 'listener')
  say(`The publisher listens on ${publisher.listen}, the listener on ${listener.listen}.`)

  await type('publisher', publisher, 'add', from)
  const { readOnly } = await publisher.askJson('secrets', from)
  await type('listener', listener, 'add', to, readOnly)
  await type('listener', listener, 'host', 'add', to, publisher.listen)
  say('')
  const seen = new Set<string>()
  await tellArrivals(to, seen, () => samples.every((name) => seen.has(name)))
  if (stop.signal.aborted) return
  await type('listener', listener, 'status', '--wait', '60')

  if (!isOnce) say(`\nIn ${untilNextEpisodeMs / 1000} seconds the publisher adds an episode …`)
  await pause(isOnce ? 0 : untilNextEpisodeMs, undefined, { signal: stop.signal }).catch(() => undefined)
  if (stop.signal.aborted) return
  const episode = 'episodes/002 The second one.mp3'
  await writeFile(join(from, episode), randomBytes(12_000_000))
  say(`[publisher] wrote ${episode} (${sizeToText(12_000_000)})`)
  await tellArrivals(to, seen, () => seen.has(episode))
  if (isOnce || stop.signal.aborted) return

  say(`\nNow change something in  ${from}`)
  say(`and see it arrive in     ${to}`)
  say('Ctrl-C ends the demo and removes all of it.\n')
  await tellArrivals(to, seen, () => false)
}

const root = await mkdtemp(join(tmpdir(), 'berrysync-demo-'))
try {
  await play(root)
} finally {
  await rm(root, { recursive: true, force: true })
  say('\nThe demo is over; its files are removed.')
}
