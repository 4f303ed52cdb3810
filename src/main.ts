/** The program: gives the command line its surroundings, and daemon and servers their life between start and signal. Exit codes are set here. */
import { readFile, stat, writeFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { isatty } from 'node:tty'
import manifest from '../package.json' with { type: 'json' }
import { runProgram } from './cli/program.ts'
import type { DaemonOptions, RelayCommand, TrackerOptions } from './cli/session.ts'
import { readEnvironment } from './config.ts'
import { reasonOf, SyncError } from './core/errors.ts'
import { maxBackupBytes } from './core/sealed-backup.ts'
import { askHidden } from './hidden-input.ts'
import { openSocketPath } from './home.ts'
import { createLog, isLogLevel, logLevels } from './log.ts'
import { formatHostPort, parseListenAddress } from './net/address.ts'
import type { Log } from './ports.ts'
import { systemChance, systemClock } from './system.ts'

/** Longer than any orderly end takes; shorter than a service manager's patience. */
const stopLimitMs = 20_000
/** Two signals closer than this are one. */
const impatientAfterMs = 1000
/** No secret is longer, and neither is what a person pipes in by mistake worth more memory. */
const maxInputCharacters = 64 * 1024
/** More patterns than anybody writes; the daemon takes fewer still. */
const maxTextBytes = 1024 * 1024

const environment = readEnvironment()

function runDaemon({ logLevel, appliance, ...options }: DaemonOptions): Promise<void> {
  return runUntilTold(logLevel, async (log) => {
    // Loaded only here, so that the short commands start fast.
    const { startNode } = await import('./node.ts')
    const root = environment.applianceRoot
    return startNode({
      ...options,
      appliance: appliance ? { root } : undefined,
      manager: environment.manager,
      log,
      version: manifest.version,
    })
  })
}

function runTracker({ listen, logLevel }: TrackerOptions): Promise<void> {
  return runUntilTold(logLevel, async (log) => {
    const { openTracker } = await import('./servers/tracker.ts')
    const address = listen === undefined ? undefined : parseListenAddress(listen)
    const tracker = await openTracker({ address, clock: systemClock, chance: systemChance, log })
    log.info({ listen: formatHostPort(tracker.address) }, 'ready')
    return tracker
  })
}

function runRelay({ logLevel, ...given }: RelayCommand): Promise<void> {
  return runUntilTold(logLevel, async (log) => {
    const { startRelay } = await import('./relay-process.ts')
    return startRelay(given, log)
  })
}

/** Runs until a signal says to end. `start` says in the log when it is ready. */
async function runUntilTold(
  logLevel: string | undefined,
  start: (log: Log) => Promise<AsyncDisposable & { readonly restart?: Promise<void> }>,
): Promise<void> {
  const level = logLevel ?? environment.logLevel ?? 'info'
  if (!isLogLevel(level)) {
    throw new SyncError('setting-invalid', {
      key: 'log-level',
      value: level,
      reason: `write ${logLevels.join(', ')}`,
    })
  }
  const readable = isatty(2)
  const log = createLog({ level, readable, colour: readable && !environment.plain })
  dieLoudly(log)
  const { promise: told, resolve: tell } = Promise.withResolvers<NodeJS.Signals>()
  onSignals(tell)

  let running = await start(log)
  const never = new Promise<never>(() => undefined)
  let signal: NodeJS.Signals | undefined
  for (;;) {
    signal = await Promise.race([told, (running.restart ?? never).then(() => undefined)])
    if (signal !== undefined) break
    log.info({}, 'starting again')
    await running[Symbol.asyncDispose]()
    running = await start(log)
  }
  log.info({ signal }, 'stopping')
  // Keeps the event loop alive: with an empty one the program would end here without a word.
  setTimeout(() => {
    log.error({}, 'stopping takes too long: ending as it is')
    process.exit(1)
  }, stopLimitMs)
  await running[Symbol.asyncDispose]()
  log.info({}, 'stopped')
  endNow(signal)
}

/**
 * A name that is just being looked up cannot be called off: even an exit waits for it, seconds, where the network is silent. Who is ended by the signal
 * itself does not, and counts as well ended, too.
 */
function endNow(signal: NodeJS.Signals): never {
  if (process.getActiveResourcesInfo().includes('GetAddrInfoReqWrap')) {
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  }
  process.exit(0)
}

/** The first signal tells to stop. One that comes clearly later is meant: whoever sends it does not want to wait. */
function onSignals(tell: (signal: NodeJS.Signals) => void): void {
  let firstMs: number | undefined
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      firstMs ??= performance.now()
      // Ctrl-C under npm arrives twice: from the terminal, and from npm.
      if (performance.now() - firstMs > impatientAfterMs) process.exit(1)
      tell(signal)
    })
  }
}

/** An error nobody caught is a bug, and what it left behind cannot be trusted: restarting is safe, going on is not. */
function dieLoudly(log: Log): void {
  process.on('uncaughtException', (error) => {
    log.error({ error }, 'a bug ended the program')
    process.exit(1)
  })
}

async function readInput(): Promise<string> {
  const text = await readStdin(maxInputCharacters)
  if (text === undefined) throw new SyncError('secret-malformed')
  return text
}

async function readText(file: string): Promise<string> {
  let text: string | undefined
  try {
    if (file === '-') text = await readStdin(maxTextBytes)
    else if ((await stat(file)).size <= maxTextBytes) text = await readFile(file, 'utf8')
  } catch (error) {
    throw new SyncError('request-invalid', { reason: `${file} cannot be read: ${reasonOf(error)}.` })
  }
  if (text === undefined) throw new SyncError('request-invalid', { reason: `${file} is too long.` })
  return text
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    if ((await stat(file)).size <= maxBackupBytes) return await readFile(file)
  } catch (error) {
    throw new SyncError('request-invalid', { reason: `${file} cannot be read: ${reasonOf(error)}.` })
  }
  throw new SyncError('backup-malformed')
}

async function writePrivate(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(file, bytes, { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    throw new SyncError('request-invalid', { reason: `${file} cannot be written: ${reasonOf(error)}.` })
  }
}

/** Undefined when there is more. */
async function readStdin(maxCharacters: number): Promise<string | undefined> {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk
    if (text.length > maxCharacters) return undefined
  }
  return text
}

// A reader that has seen enough (`| head`) closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

process.exitCode = await runProgram(process.argv.slice(2), {
  version: manifest.version,
  defaultHome: environment.defaultHome,
  colour: isatty(1) && !environment.plain,
  columns: isatty(1) ? process.stdout.columns : undefined,
  print: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
  readInput,
  askHidden,
  readText,
  readBytes,
  writePrivate,
  openSocketPath,
  pause: (delayMs) => pause(delayMs),
  monotonicMs: () => performance.now(),
  runDaemon,
  runRelay,
  runTracker,
})
