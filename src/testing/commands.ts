/** Runs the system's own commands to their end. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Debian keeps `ip` and `tc` out of the PATH of ordinary users. */
export const environment = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` }

const execute = promisify(execFile)

/** Returns what it printed; throws with what it complained about. */
export async function runCommand(command: string, ...args: string[]): Promise<string> {
  const { stdout } = await execute(command, args, { env: environment, maxBuffer: 16 * 1024 ** 2 })
  return stdout
}
