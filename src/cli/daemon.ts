import { resolve } from 'node:path'
import type { Command } from 'commander'
import { homeOf, type Surroundings } from './session.ts'

interface Options {
  readonly listen?: string
  readonly web?: string
  readonly closed?: boolean
  readonly config?: string
  readonly logLevel?: string
}

export function defineDaemon(program: Command, around: Surroundings): void {
  program
    .command('daemon')
    .description('sync, in the foreground, until stopped')
    .option('--listen <HOST:PORT>', 'where peers reach this device (default: 0.0.0.0:4444)')
    .option('--web <HOST:PORT>', 'where the web interface is; "off" for none (default: 127.0.0.1:8888)')
    .option('--closed', 'nothing goes anywhere but to predefined hosts')
    .option('--config <FILE>', 'settings and folders to take over, as JSON')
    .option('--log-level <LEVEL>', 'debug, info, warn or error (default: $BERRYSYNC_LOG, or info)')
    .action(async ({ listen, web, closed = false, config, logLevel }: Options, command: Command) => {
      const file = config === undefined ? undefined : resolve(config)
      await around.runDaemon({ home: homeOf(command, around), listen, web, closed, config: file, logLevel })
    })
}
