import type { Command } from 'commander'
import { type Surroundings, wrongUsage } from './session.ts'

interface Options {
  readonly listen?: string
  readonly maxRate?: string
  readonly maxPairRate?: string
  readonly maxClients?: string
  readonly maxPairs?: string
  readonly logLevel?: string
}

export function defineRelay(program: Command, around: Surroundings): void {
  program
    .command('relay')
    .description('forward between devices that cannot reach each other, in the foreground, until stopped')
    .option('--listen <HOST:PORT>', 'where devices reach this relay (default: 0.0.0.0:4446)')
    .option('--max-rate <RATE>', 'bytes a second forwarded at most, like 2M (default: no limit)')
    .option('--max-pair-rate <RATE>', 'the same for each pair of devices (default: no limit)')
    .option('--max-clients <N>', 'devices at once at most (default: 1024)')
    .option('--max-pairs <N>', 'pairs of devices forwarded at once at most (default: 128)')
    .option('--log-level <LEVEL>', 'debug, info, warn or error (default: $BERRYSYNC_LOG, or info)')
    .action(async ({ listen, maxRate, maxPairRate, logLevel, ...options }: Options, command: Command) => {
      const maxClients = countOf(command, '--max-clients', options.maxClients)
      const maxPairs = countOf(command, '--max-pairs', options.maxPairs)
      await around.runRelay({ listen, maxRate, maxPairRate, maxClients, maxPairs, logLevel })
    })
}

function countOf(command: Command, option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,5}$/.test(text))
    wrongUsage(command, `${option} '${text}' is not a number from 1 to 999999`)
  return Number(text)
}
