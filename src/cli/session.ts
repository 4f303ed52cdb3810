/** What a command works with: the daemon of the chosen home, and a way to answer as text or as JSON. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { plainJson } from '../core/plain-text.ts'
import { type Client, createClient, type SocketPath } from './client.ts'
import { createPaint, type Paint } from './print.ts'

export interface DaemonOptions {
  readonly home: string
  readonly listen: string | undefined
  readonly web: string | undefined
  readonly closed: boolean
  readonly appliance: boolean
  readonly config: string | undefined
  readonly logLevel: string | undefined
}

/** As typed; what is left out has a default. */
export interface RelayCommand {
  readonly listen: string | undefined
  readonly maxRate: string | undefined
  readonly maxPairRate: string | undefined
  readonly maxClients: number | undefined
  readonly maxPairs: number | undefined
  readonly logLevel: string | undefined
}

export interface TrackerOptions {
  readonly listen: string | undefined
  readonly logLevel: string | undefined
}

/** What surrounds the program; `main.ts` gives the real thing. */
export interface Surroundings {
  readonly version: string
  readonly defaultHome: string
  /** Whether stdout may be coloured. */
  readonly colour: boolean
  /** Width of the terminal; undefined where stdout is none. */
  readonly columns: number | undefined
  print(text: string): void
  complain(text: string): void
  readInput(): Promise<string>
  /** What a person types without its being shown; undefined when there is no terminal. */
  askHidden(question: string): Promise<string | undefined>
  /** A text file the person named; `-` is standard input. */
  readText(file: string): Promise<string>
  /** A file of any content the person named. */
  readBytes(file: string): Promise<Uint8Array>
  /** Makes a file only they can read; throws where there is one. */
  writePrivate(file: string, bytes: Uint8Array): Promise<void>
  openSocketPath(home: string): SocketPath
  /** Resolves when `delayMs` have passed. */
  pause(delayMs: number): Promise<void>
  /** Milliseconds of a clock that never jumps. */
  monotonicMs(): number
  /** Runs until it is told to stop. */
  runDaemon(options: DaemonOptions): Promise<void>
  /** Likewise. */
  runRelay(options: RelayCommand): Promise<void>
  /** Runs until it is told to stop. */
  runTracker(options: TrackerOptions): Promise<void>
}

export interface Session {
  readonly client: Client
  readonly paint: Paint
  readonly columns: number | undefined
  /** Prints the answer: as it came with `--json`, else as the text made of it. */
  show<T>(answer: T, toText: (answer: T) => string): void
}

/** Options that every command has. */
interface SharedOptions {
  readonly home?: string
  readonly json?: boolean
}

export function homeOf(command: Command, around: Surroundings): string {
  return resolve(command.optsWithGlobals<SharedOptions>().home ?? around.defaultHome)
}

export function openSession(command: Command, around: Surroundings): Session {
  const { json = false } = command.optsWithGlobals<SharedOptions>()
  return {
    client: createClient(homeOf(command, around), around.openSocketPath),
    paint: createPaint(around.colour),
    columns: around.columns,
    show(answer, toText) {
      const text = json ? plainJson(JSON.stringify(answer, undefined, 2)) : toText(answer)
      if (text !== '') around.print(`${text}\n`)
    },
  }
}

/** Ends the program as wrong usage. */
export function wrongUsage(command: Command, message: string): never {
  command.error(message)
}

/** A DIR argument as the daemon knows it; links in it are resolved there. */
export function absolute(directory: string): string {
  return resolve(directory)
}

/** `key=value` arguments as texts by key. Ends the program as wrong usage when one has another form. */
export function readPairs(command: Command, pairs: readonly string[]): Record<string, string> {
  const entries = pairs.map((pair) => {
    const at = pair.indexOf('=')
    if (at <= 0) wrongUsage(command, `'${pair}' is not of the form KEY=VALUE`)
    return [pair.slice(0, at), pair.slice(at + 1)] as const
  })
  return Object.fromEntries(entries)
}
