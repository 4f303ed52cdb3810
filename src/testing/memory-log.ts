/** A log that only remembers, so that a test can say what must be in it or must not. */
import type { Log, LogFields } from '../ports.ts'

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly fields: LogFields
  readonly message: string
}

export interface MemoryLog extends Log {
  /** Of this log and its children, oldest first. */
  readonly lines: readonly LogLine[]
}

export function createMemoryLog(): MemoryLog {
  const lines: LogLine[] = []
  const withFields = (fixed: LogFields): Log => {
    const write = (level: LogLine['level']) => (fields: LogFields, message: string) =>
      void lines.push({ level, fields: { ...fixed, ...fields }, message })
    return {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      child: (fields) => withFields({ ...fixed, ...fields }),
    }
  }
  return { ...withFields({}), lines }
}
