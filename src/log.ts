/**
 * The log of the daemon, on stderr: JSON lines for programs (journald, files), readable lines on a terminal. Secrets print as
 * `[secret]` by their type, so nothing here needs to know them. Names of other people steer no terminal.
 */
import { type DestinationStream, destination, type Logger, pino } from 'pino'
import { SyncError } from './core/errors.ts'
import { createLogLimit, type LogLimit } from './core/log-limit.ts'
import { plainText } from './core/plain-text.ts'
import type { Log, LogFields } from './ports.ts'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

export function isLogLevel(text: string): text is LogLevel {
  return (logLevels as readonly string[]).includes(text)
}

export interface LogOptions {
  readonly level: LogLevel
  /** Lines for a person instead of JSON. */
  readonly readable: boolean
  readonly colour: boolean
}

/** A log to stderr. Writes are synchronous, so that the last words of a dying process are not lost. */
export function createLog(options: LogOptions): Log {
  const stderr = destination({ fd: 2, sync: true })
  // Nobody reads any more (the terminal is gone): there is nowhere left to say so, and syncing goes on.
  stderr.on('error', () => undefined)
  return createLogTo(stderr, options)
}

export function createLogTo(stream: DestinationStream, { level, readable, colour }: LogOptions): Log {
  const target = readable ? { write: (line: string) => stream.write(readableLine(line, colour)) } : stream
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: describe },
  }
  return wrap(pino(options, target), createLogLimit())
}

function wrap(logger: Logger, limit: LogLimit): Log {
  const write = (level: 'info' | 'warn' | 'error') => (fields: LogFields, message: string) => {
    if (!logger.isLevelEnabled(level)) return
    const omitted = limit.admit(message, performance.now())
    if (omitted !== undefined) logger[level](omitted === 0 ? fields : { ...fields, omitted }, message)
  }
  return {
    // Whoever asks for these wants all of them.
    debug: (fields, message) => logger.debug(fields, message),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields: LogFields) => wrap(logger.child(fields), limit),
  }
}

/** A `SyncError` is something expected, and says enough by its code and sentence; anything else is shown with its origin. */
function describe(error: unknown): unknown {
  if (error instanceof SyncError) return { code: error.code, message: error.message }
  if (error instanceof Error) return { message: error.message, stack: error.stack }
  return error
}

const colours: Readonly<Record<string, string>> = { debug: '90', info: '32', warn: '33', error: '31' }

/** One JSON line as a line for people. */
function readableLine(line: string, colour: boolean): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>
  const rest = Object.entries(fields).map(([key, value]) => `${plainText(key)}=${fieldToText(value)}`)
  const label = String(level).padEnd(5)
  const shown = colour ? `\u001b[${colours[String(level)] ?? '0'}m${label}\u001b[0m` : label
  return `${String(time).slice(11, 23)} ${shown} ${[plainText(String(msg)), ...rest].join(' ')}\n`
}

function fieldToText(value: unknown): string {
  if (typeof value === 'string')
    return /^[\w@%+=:,./-]+$/.test(value) ? value : plainText(JSON.stringify(value))
  const stack = (value as { stack?: unknown } | null)?.stack
  if (typeof stack !== 'string') return plainText(JSON.stringify(value))
  return `\n${stack.split('\n').map(plainText).join('\n')}`
}
