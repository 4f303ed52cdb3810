import { resolve } from 'node:path'
import type { Command } from 'commander'
import { homeOf, type Surroundings } from './session.ts'

interface Options {
  readonly listen?: string
  readonly web?: string
  readonly closed?: boolean
  readonly appliance?: boolean
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
    .option('--appliance', 'look after the disks of this machine, as installed by the package')
    .option('--config <FILE>', 'settings and folders to take over, as JSON')
    .option('--log-level <LEVEL>', 'debug, info, warn or error (default: $BERRYSYNC_LOG, or info)')
    .action(async (given: Options, command: Command) => {
      const { listen, web, closed = false, appliance = false, config, logLevel } = given
      const file = config === undefined ? undefined : resolve(config)
      const home = homeOf(command, around)
      await around.runDaemon({ home, listen, web, closed, appliance, config: file, logLevel })
    })
}
