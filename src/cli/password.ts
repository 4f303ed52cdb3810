import type { Command } from 'commander'
import { SyncError } from '../core/errors.ts'
import { openSession, type Surroundings } from './session.ts'

export function definePassword(program: Command, around: Surroundings): void {
  program
    .command('password')
    .description('set the password of the web interface; ends every session there')
    .action(async (_options, command: Command) => {
      const session = openSession(command, around)
      const password = await readPassword(around)
      const answer = await session.client.put<object>('/api/access/password', { password })
      session.show(answer, () => 'The password is set. Whoever was logged in has to log in again.')
    })
}

/** Asked twice on a terminal; one line of standard input otherwise. */
async function readPassword(around: Surroundings): Promise<string> {
  const first = await around.askHidden('New password for the web interface: ')
  if (first === undefined) return (await around.readInput()).split(/\r?\n/, 1)[0]!
  const second = await around.askHidden('Once more: ')
  if (first !== second) throw new SyncError('password-weak', { reason: 'the two you typed differ' })
  return first
}
