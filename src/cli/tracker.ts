import type { Command } from 'commander'
import type { Surroundings } from './session.ts'

interface Options {
  readonly listen?: string
  readonly logLevel?: string
}

export function defineTracker(program: Command, around: Surroundings): void {
  program
    .command('tracker')
    .description('run a BitTorrent tracker of your own, over HTTP and UDP, in the foreground, until stopped')
    .option('--listen <HOST:PORT>', 'where it is asked, both ways (default: port 6969 of all addresses)')
    .option('--log-level <LEVEL>', 'debug, info, warn or error (default: $BERRYSYNC_LOG, or info)')
    .action(({ listen, logLevel }: Options) => around.runTracker({ listen, logLevel }))
}
