/** What the helper asks of systemd. Where none runs (a test, a container) disks are mounted plainly and no service is steered. */
import { existsSync } from 'node:fs'
import type { RunCommand } from './run-command.ts'

export interface Services {
  /** Whether systemd runs this machine. */
  readonly isSystemd: boolean
  /** `systemctl ARGS`. Gives whether it went well. */
  steer(...args: readonly string[]): Promise<boolean>
  /** `systemctl ARGS`, what it says. */
  ask(...args: readonly string[]): Promise<string>
}

/** The daemon may take its time to end and to become ready again. */
const steerTimeoutMs = 120_000

export function createServices(run: RunCommand): Services {
  // As sd_booted(3) finds out.
  const isSystemd = existsSync('/run/systemd/system')
  const call = (args: readonly string[]) => run('systemctl', args, { timeoutMs: steerTimeoutMs })
  return {
    isSystemd,
    steer: async (...args) => isSystemd && (await call(args)).exitCode === 0,
    ask: async (...args) => (isSystemd ? (await call(args)).stdout : ''),
  }
}
